//! What Identity Protection adds. Source: Microsoft Graph reference, "riskDetection" and "riskyUser resource type".
//! Never reads them.

use super::KindRow;
use crate::record::kind::property::properties;

/// The kind.
pub(super) const KIND: KindRow = KindRow {
    word: "risk",
    service: Some("Identity Protection risks"),
    heading: "Identity Protection",
};

properties! { after "risk.event";
    RiskLevel: "risk.level", "riskLevel", [], Level, one, apart, Nothing, [Risk],
        "MS level", "Microsoft's level of a detection or of an account at risk";
    RiskTiming: "risk.timing", "detectionTimingType", [], Text, one, word, Nothing, [Risk],
        "Timing", "when the risk was detected: realtime, nearRealtime, offline";
    RiskSource: "risk.source", "source", [], Text, one, word, Nothing, [Risk],
        "Found by", "what detected the risk: IdentityProtection, Microsoft Defender, …";
    Technique: "risk.technique", "mitreTechniqueId", [], Text, many, word, Nothing, [Risk],
        "Techniques", "MITRE ATT&CK techniques of the detection";
    Request: "request", "requestId", [], Text, one, word, Id, [Risk],
        "Request", "id of the sign-in that was detected: its record id";
}
