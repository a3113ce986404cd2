//! How logs of Entra come to be streamed anywhere: what every doctor says of it.
//! Never asks whether they are.
//!
//! Sources: Microsoft Entra, "Access activity logs" (roles and licences), "Configure diagnostic settings for
//! activity logs" (Security Administrator), "Support access requests" (Service Support Administrator).

/// How a log is streamed, and whose role is not enough.
pub const TO_STREAM: &str = "To stream a log: Entra admin center, Monitoring & health, Diagnostic settings; \
    Security Administrator is the least role. Reports Reader and Security Reader see logs there and cannot \
    stream them; Service Support Administrator sees support access requests, and no logs at all.";
