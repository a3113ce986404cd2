//! Access tokens as Microsoft Entra ID makes them: signed here, read again, and weighed against what a log needs.
//! Never hands one out; that is the login's.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Value, json};

use super::State;
use super::logs::error;
use super::server::Reply;
use super::shapes::Shape;
use super::tenant::{CHALLENGE, CLIENT, FEDERATION, Grant, TENANT};

/// With which the fake Graph signs what it hands out.
const GRAPH_KEY: &[u8] = b"the key of an invented login";
/// With which the other issuer signs.
pub const FEDERATION_KEY: &[u8] = b"the key of an invented forge";

/// A signed access token and its lifetime.
pub fn access(state: &mut State, grant: &Grant) -> (String, i64) {
    let (now, number) = (state.now(), state.number());
    let mut claims = json!({
        "aud": grant.audience, "iss": format!("https://sts.windows.net/{TENANT}/"),
        "iat": now.min(now + grant.lifetime), "nbf": now.min(now + grant.lifetime),
        "exp": now + grant.lifetime, "appid": CLIENT, "app_displayname": "entrail test",
        "tid": TENANT, "ver": "1.0", "uti": number.to_string(),
    });
    if grant.person {
        claims["idtyp"] = "user".into();
        claims["scp"] = grant.permissions.join(" ").into();
        claims["wids"] = json!(grant.roles);
        claims["upn"] = "asta.vik@tidewick.example".into();
        claims["name"] = "Asta Vik".into();
        claims["oid"] = "00000075-0000-4000-8000-000000000000".into();
    } else {
        claims["idtyp"] = "app".into();
        claims["roles"] = json!(grant.permissions);
        claims["oid"] = "0000005b-0000-4000-8000-000000000001".into();
    }
    if grant.challenged {
        claims["acrs"] = json!(["c1"]);
    }
    let token = signed(&claims, GRAPH_KEY);
    state.secrets.push(token.clone());
    (token, grant.lifetime)
}

/// What another issuer gives a workload.
pub fn federated(state: &State, lifetime: i64) -> String {
    let (issuer, subject) = FEDERATION;
    let expires = state.now() + lifetime;
    let claims =
        json!({"iss": issuer, "sub": subject, "aud": "api://AzureADTokenExchange", "exp": expires});
    signed(&claims, FEDERATION_KEY)
}

fn signed(claims: &Value, key: &[u8]) -> String {
    jsonwebtoken::encode(&Header::default(), claims, &EncodingKey::from_secret(key))
        .expect("a token")
}

/// The claims, if the signature is right; whom and when they are for is for the caller.
pub fn read(token: &str, key: &DecodingKey, algorithms: &[Algorithm]) -> Option<Value> {
    let mut validation = Validation::new(*algorithms.first()?);
    validation.algorithms = algorithms.to_vec();
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode(token, key, &validation).ok().map(|token| token.claims)
}

/// Fails with 401 or 403 where the token may not read this collection.
pub fn authorize(
    state: &State,
    base: &str,
    shape: &Shape,
    header: Option<&String>,
) -> Result<(), Reply> {
    let unknown = |words: &str| {
        let challenge = format!(
            r#"Bearer realm="", authorization_uri="{base}/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000""#
        );
        let reply = error(state, 401, "InvalidAuthenticationToken", words);
        Err(reply.with("www-authenticate", &challenge))
    };
    let Some(token) = header.and_then(|header| header.strip_prefix("Bearer ")) else {
        return unknown("Access token is empty.");
    };
    let Some(claims) = read(token, &DecodingKey::from_secret(GRAPH_KEY), &[Algorithm::HS256])
    else {
        return unknown("IDX14100: JWT is not well formed, or its signature is not valid.");
    };
    let text = |name: &str| claims[name].as_str().unwrap_or_default();
    if !["https://graph.microsoft.com", base].contains(&text("aud").trim_end_matches('/')) {
        return unknown("Access token validation failure. Invalid audience.");
    }
    let number: u64 = text("uti").parse().unwrap_or_default();
    if claims["exp"].as_i64().is_none_or(|expires| expires <= state.now()) || number < state.revoked
    {
        return unknown("Lifetime validation failed, the token is expired.");
    }
    if let Some(asked) = state.tenant.challenge.filter(|_| claims["acrs"].is_null()) {
        let claims = STANDARD.encode(CHALLENGE);
        let challenge = format!(
            r#"Bearer realm="", authorization_uri="{base}/common/oauth2/authorize", error="insufficient_claims", claims="{claims}""#
        );
        let words =
            "Continuous access evaluation resulted in challenge with result: InteractionRequired";
        let reply = error(state, asked.status, "InvalidAuthenticationToken", words);
        return Err(reply.with("www-authenticate", &challenge));
    }
    let list = |name: &str| -> Vec<&str> {
        claims[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let person = text("idtyp") == "user";
    let has = if person { text("scp").split(' ').collect() } else { list("roles") };
    let refused = |code, words: &str| Err(error(state, 403, code, words));
    for needed in &shape.permissions {
        if !needed.split('|').any(|one| has.contains(&one)) {
            let words = format!(
                "The principal does not have required Microsoft Graph permission(s): {} to call this API.",
                needed.replace('|', " or ")
            );
            return refused("Authentication_MSGraphPermissionMissing", &words);
        }
    }
    if person && !list("wids").iter().any(|role| shape.roles.contains(role)) {
        let words = "User is not in the allowed roles";
        return refused("Authentication_RequestFromUnsupportedUserRole", words);
    }
    if !state.tenant.premium && matches!(shape.endpoint, "signIns" | "provisioning") {
        let words = "Neither tenant is B2C or tenant doesn't have premium license";
        return refused("Authentication_RequestFromNonPremiumTenantOrB2CTenant", words);
    }
    Ok(())
}

/// The claims of a token that nobody has checked.
pub fn payload(token: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}
