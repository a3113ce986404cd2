//! What provisioning events add. Source: Microsoft Graph reference, "provisioningObjectSummary".
//! Never reads them.

use super::KindRow;
use crate::record::kind::property::properties;

/// The kind.
pub(super) const KIND: KindRow =
    KindRow { word: "provisioning", service: Some("Provisioning"), heading: "Provisioning" };

properties! {
    SourceSystem: "system.source", "sourceSystem.displayName", ["sourceSystem"],
        Text, one, word, App, [Provisioning],
        "From", "system that provisioning read from";
    TargetSystem: "system.target", "targetSystem.displayName", ["targetSystem"],
        Text, one, word, App, [Provisioning],
        "Into", "system that provisioning wrote to";
    ProvisioningStep: "step", "provisioningSteps", ["provisioningSteps"],
        Text, many, word, Text, [Provisioning],
        "Steps", "steps of provisioning, as STEP: STATUS";
    Job: "job", "jobId", [], Text, one, word, Id, [Provisioning],
        "Job", "id of the provisioning job";
    Cycle: "cycle", "", ["cycleId"], Text, one, word, Id, [Provisioning],
        "Cycle", "id of the provisioning cycle";
    ChangeId: "change.id", "changeId", [], Text, one, word, Id, [Provisioning],
        "Change id", "id of the change that was provisioned";
    Advice: "error.advice", "", ["recommendedAction"],
        Text, one, word, Text, [Provisioning],
        "Advice", "what Microsoft recommends against the error";
}
