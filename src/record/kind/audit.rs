//! What directory audits add: agents, and where service principals come from.
//! Never reads them.

use super::KindRow;
use crate::record::kind::property::properties;

/// The kind.
pub(super) const KIND: KindRow = KindRow { word: "audit", service: None, heading: "Properties" };

properties! {
    Agent: "agent.type", "", ["agentType"], Text, many, word, Nothing, [Audit],
        "Agentic", "kind of AI agent that acted or was changed, such as agenticAppInstance";
    ActorAgent: "actor.agent", "", [], Text, one, apart, Nothing, [Audit],
        "By agent", "kind of AI agent that acted";
    TargetAgent: "target.agent", "", [], Text, many, apart, Nothing, [Audit],
        "On agent", "kind of AI agent it was done to";
    Blueprint: "blueprint", "", ["blueprintId"], Text, many, word, Id, [Audit],
        "Blueprint", "object id of the blueprint that an AI agent was made from";
    Performer: "performer", "", ["performedBy"], Text, one, word, Id, [Audit],
        "Performer", "application id of the agent that performed it for the actor";
    Origin: "app.origin", "", [], Text, one, apart, Nothing, [Audit],
        "Origin", "whose service principal: microsoft, managed-identity, own, foreign, other";
    Provisioned: "app.provisioning", "", ["provisioningType"], Text, one, word, Nothing, [Audit],
        "Came by", "why a service principal is there: defaultMicrosoft, subscription, Other, …";
    OwnerTenant: "app.owner", "", ["appOwnerOrganizationId"], Text, one, word, Id, [Audit],
        "Home", "tenant id of the organisation that registered the application";
    Sku: "app.sku", "", ["subscribedSkus"], Text, many, word, Nothing, [Audit],
        "For SKU", "licences that brought a service principal of Microsoft, such as SPE_E5";
}
