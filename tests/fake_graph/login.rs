//! The login and the managed identity: hand out tokens as each documented way asks for them.
//! Never trust a form: what is missing or wrong is refused with the error that Microsoft Entra ID gives.

use entrail::source::graph::api::DEFAULT_CLIENT;
use entrail::time::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Value, json};

use super::server::Reply;
use super::tenant::{
    ARC_KEY, CERTIFICATE, CHALLENGE, CLIENT, DOMAINS, FEDERATION, Grant, IDENTITY_HEADER, SECRET,
    TENANT, THUMBPRINT,
};
use super::tokens::{FEDERATION_KEY, access, payload, read};
use super::{Seen, State};

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// How a poll for a device code is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    Pending,
    SlowDown,
    Declined,
    Expired,
    BadCode,
    Granted,
}

/// An error of the token endpoint: status, OAuth error, number, words.
type Refused = (u16, &'static str, u32, String);

/// Answers the login and the managed identity.
pub fn answer(state: &mut State, base: &str, path: &str, seen: &Seen) -> Reply {
    let answered = match path.trim_matches('/').split_once('/') {
        _ if seen.method == "GET" && path == "/metadata/identity/oauth2/token" => {
            identity(state, seen, &IMDS)
        }
        _ if seen.method == "GET" && path == "/msi/token" => identity(state, seen, &APP_SERVICE),
        _ if seen.method == "GET" && path == "/arc/token" => arc(state, seen),
        _ if seen.method == "GET" && path == "/fabric/token" => identity(state, seen, &FABRIC),
        Some((tenant, "oauth2/v2.0/devicecode")) => device(state, base, tenant, seen),
        Some((tenant, "oauth2/v2.0/token")) => token(state, base, tenant, seen),
        _ => {
            state.unfit.push(format!(
                "{} {} is no address of Graph or its login",
                seen.method, seen.address
            ));
            return Reply::json(404, &"{}");
        }
    };
    answered.unwrap_or_else(|(status, kind, number, words)| {
        let at = Timestamp::from_ms(state.now() * 1_000).to_rfc3339().replace('T', " ");
        let description = format!("AADSTS{number}: {words} Timestamp: {at}");
        Reply::json(
            status,
            &json!({"error": kind, "error_description": description, "error_codes": [number],
                "timestamp": at, "trace_id": "6d1c0e7a-0000-4000-8000-000000000000",
                "correlation_id": "6d1c0e7a-0000-4000-8000-000000000001"}),
        )
    })
}

fn field<'a>(seen: &'a Seen, name: &str) -> Result<&'a str, Refused> {
    let found = seen.form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    found.filter(|value| !value.is_empty()).ok_or_else(|| {
        let words = format!("The request body must contain the following parameter: '{name}'.");
        (400, "invalid_request", 900_144, words)
    })
}

/// Checks tenant, client and scope; says for whom the token is and whether it may be renewed.
fn asked(base: &str, tenant: &str, seen: &Seen) -> Result<(String, bool), Refused> {
    if seen.method != "POST" {
        return Err((
            400,
            "invalid_request",
            900_561,
            "The endpoint only accepts POST requests.".into(),
        ));
    }
    let people = ["organizations", "common"].contains(&tenant)
        && field(seen, "grant_type") != Ok("client_credentials");
    if !people && tenant != TENANT && !DOMAINS.contains(&tenant) {
        return Err((400, "invalid_request", 90_002, format!("Tenant '{tenant}' not found.")));
    }
    let client = field(seen, "client_id")?;
    let public = client == DEFAULT_CLIENT && field(seen, "grant_type") != Ok("client_credentials");
    if client != CLIENT && !public {
        return Err((
            400,
            "unauthorized_client",
            700_016,
            "Application was not found in the directory.".into(),
        ));
    }
    let mut audience = "https://graph.microsoft.com".to_owned();
    let mut renewable = false;
    let scopes = match field(seen, "scope") {
        Ok(scopes) => scopes,
        // A renewal without it is for what was granted; a poll for a device code has said it before.
        Err(_) if [Ok("refresh_token"), Ok(DEVICE_CODE)].contains(&field(seen, "grant_type")) => {
            "offline_access"
        }
        Err(missing) => return Err(missing),
    };
    for scope in scopes.split_whitespace() {
        renewable |= scope == "offline_access";
        if let Some((resource, _)) = scope.rsplit_once('/') {
            if !["https://graph.microsoft.com", base].contains(&resource) {
                let words =
                    format!("The provided request must include a valid 'scope': {scope} is not.");
                return Err((400, "invalid_scope", 70_011, words));
            }
            resource.clone_into(&mut audience);
        }
    }
    Ok((audience, renewable))
}

fn device(state: &mut State, base: &str, tenant: &str, seen: &Seen) -> Result<Reply, Refused> {
    asked(base, tenant, seen)?;
    if !state.tenant.public_client {
        let words = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        return Err((401, "invalid_client", 7_000_218, words.into()));
    }
    let code = format!("D-{}", state.number());
    state.devices.insert(code.clone());
    state.secrets.push(code.clone());
    let address = format!("{base}/device");
    let message =
        format!("To sign in, open {address} and enter the code TIDE4WICK to authenticate.");
    Ok(Reply::json(
        200,
        &json!({"user_code": "TIDE4WICK", "device_code": code, "verification_uri": address,
            "expires_in": 900, "interval": state.tenant.interval, "message": message}),
    ))
}

fn token(state: &mut State, base: &str, tenant: &str, seen: &Seen) -> Result<Reply, Refused> {
    let kind = field(seen, "grant_type")?;
    let (audience, mut renewable) = asked(base, tenant, seen)?;
    let person = kind != "client_credentials";
    match kind {
        "client_credentials" => {
            client(state, base, tenant, seen)?;
            renewable = false;
            if !field(seen, "scope")?.ends_with("/.default") {
                let words =
                    "The provided value for scope is not valid: client credentials need /.default.";
                return Err((400, "invalid_scope", 1_002_012, words.into()));
            }
        }
        "refresh_token" => {
            if state.tenant.challenge.is_some_and(|asked| asked.in_person)
                && field(seen, "claims").is_ok()
            {
                let words =
                    "Due to a configuration change you must use multi-factor authentication.";
                return Err((400, "interaction_required", 50_076, words.into()));
            }
            if !state.refresh.remove(field(seen, "refresh_token")?) {
                let words = "The refresh token has expired due to inactivity or was revoked.";
                return Err((400, "invalid_grant", 700_082, words.into()));
            }
        }
        DEVICE_CODE => poll(state, field(seen, "device_code")?)?,
        other => {
            let words = format!("The app requested an unsupported grant type '{other}'.");
            return Err((400, "unsupported_grant_type", 70_003, words));
        }
    }
    let claims = field(seen, "claims").ok().map(serde_json::from_str::<Value>);
    let challenged = match claims {
        None => false,
        Some(Ok(claims)) if claims == serde_json::from_str::<Value>(CHALLENGE).expect("JSON") => {
            true
        }
        Some(_) => {
            let words = "The 'claims' parameter is not what was asked for.";
            return Err((400, "invalid_request", 900_022, words.into()));
        }
    };
    let grant = Grant { person, audience, challenged, ..state.tenant.grant.clone() };
    let (access, lifetime) = access(state, &grant);
    let mut body = json!({"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": access});
    if person {
        body["scope"] = grant.permissions.join(" ").into();
    }
    if renewable {
        let refresh = format!("R-{}", state.number());
        state.refresh.insert(refresh.clone());
        state.secrets.push(refresh.clone());
        body["refresh_token"] = refresh.into();
    }
    Ok(Reply::json(200, &body))
}

fn poll(state: &mut State, code: &str) -> Result<(), Refused> {
    let refused = |kind, number, words: &str| Err((400, kind, number, words.to_owned()));
    if !state.devices.contains(code) {
        return refused("bad_verification_code", 70_018, "Invalid verification code.");
    }
    match state.answers.pop_front().unwrap_or(Answer::Granted) {
        Answer::Pending => {
            refused("authorization_pending", 70_016, "Authorization is pending. Continue polling.")
        }
        Answer::SlowDown => refused("slow_down", 70_016, "Polling too frequently."),
        Answer::Declined => {
            refused("authorization_declined", 70_017, "The end user denied the request.")
        }
        Answer::Expired => {
            refused("expired_token", 70_020, "The provided device code has expired.")
        }
        Answer::BadCode => refused("bad_verification_code", 70_018, "Invalid verification code."),
        Answer::Granted => {
            state.devices.remove(code);
            Ok(())
        }
    }
}

/// Checks a client's secret or assertion.
fn client(state: &State, base: &str, tenant: &str, seen: &Seen) -> Result<(), Refused> {
    let invalid = |number, words: &str| Err((401, "invalid_client", number, words.to_owned()));
    if let Ok(secret) = field(seen, "client_secret") {
        return if secret == SECRET {
            Ok(())
        } else {
            invalid(7_000_215, "Invalid client secret provided.")
        };
    }
    let assertion = field(seen, "client_assertion").map_err(|_| {
        let words = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        (401, "invalid_client", 7_000_218, words.to_owned())
    })?;
    if field(seen, "client_assertion_type")? != ASSERTION {
        return invalid(7_000_212, "The client assertion type is not supported.");
    }
    let Some(unverified) = payload(assertion) else {
        return invalid(50_027, "JWT token is invalid or malformed.");
    };
    let own = unverified["iss"] == CLIENT;
    let (key, algorithms) = if own {
        let certificate = CERTIFICATE.find("-----BEGIN CERTIFICATE").unwrap_or_default();
        let key = DecodingKey::from_rsa_pem(&CERTIFICATE.as_bytes()[certificate..]);
        (key.expect("a certificate"), vec![Algorithm::PS256, Algorithm::RS256])
    } else {
        (DecodingKey::from_secret(FEDERATION_KEY), vec![Algorithm::HS256])
    };
    let Some(claims) = read(assertion, &key, &algorithms) else {
        return invalid(
            700_027,
            "The certificate or key used to sign the client assertion is not registered.",
        );
    };
    let now = state.now();
    if claims["exp"].as_i64().is_none_or(|expires| expires <= now)
        || claims["nbf"].as_i64().is_some_and(|from| from > now + 300)
    {
        return invalid(700_024, "Client assertion is not within its valid time range.");
    }
    if !own {
        let (issuer, subject) = FEDERATION;
        let matched = claims["iss"] == issuer
            && claims["sub"] == subject
            && claims["aud"] == "api://AzureADTokenExchange";
        return if matched {
            Ok(())
        } else {
            invalid(
                700_213,
                "No matching federated identity record found for the presented assertion.",
            )
        };
    }
    let thumbprint = jsonwebtoken::decode_header(assertion).ok().and_then(|header| header.x5t_s256);
    if thumbprint.as_deref() != Some(THUMBPRINT) {
        return invalid(700_027, "The header x5t#S256 names no certificate of the application.");
    }
    if claims["aud"] != format!("{base}/{tenant}/oauth2/v2.0/token") {
        return invalid(700_023, "Client assertion audience claim does not match the endpoint.");
    }
    if claims["sub"] != CLIENT || !claims["jti"].is_string() || claims["nbf"].is_null() {
        return invalid(50_027, "JWT token is invalid: it needs sub, jti and nbf.");
    }
    Ok(())
}

/// What a platform wants to hear before it gives a token of its managed identity.
struct Platform {
    /// Name and value of a header.
    header: (&'static str, &'static str),
    version: &'static str,
    /// Whether one of several identities can be asked for.
    choice: bool,
    /// Whether `expires_on` is a text, as it is where it came first.
    texts: bool,
}

const IMDS: Platform =
    Platform { header: ("metadata", "true"), version: "2018-02-01", choice: true, texts: true };
const APP_SERVICE: Platform = Platform {
    header: ("x-identity-header", IDENTITY_HEADER),
    version: "2019-08-01",
    choice: true,
    texts: true,
};
const ARC: Platform =
    Platform { header: ("metadata", "true"), version: "2019-11-01", choice: false, texts: true };
const FABRIC: Platform = Platform {
    header: ("secret", IDENTITY_HEADER),
    version: "2019-07-01-preview",
    choice: false,
    texts: false,
};

/// The agent of Azure Arc: names a file, and wants to hear what is in it.
fn arc(state: &mut State, seen: &Seen) -> Result<Reply, Refused> {
    let body = json!({"error": "unauthorized_client", "error_description": "Missing Basic Authorization header"});
    match seen.headers.get("authorization").and_then(|header| header.strip_prefix("Basic ")) {
        Some(key) if key == ARC_KEY => identity(state, seen, &ARC),
        Some(_) => Ok(Reply::json(403, &body)),
        None => {
            let realm = format!("Basic realm={}", state.tenant.arc_key);
            Ok(Reply::json(401, &body).with("www-authenticate", &realm))
        }
    }
}

/// A token of a managed identity.
fn identity(state: &mut State, seen: &Seen, platform: &Platform) -> Result<Reply, Refused> {
    let wrong = |words: &str| {
        Ok(Reply::json(400, &json!({"error": "invalid_request", "error_description": words})))
    };
    let (name, value) = platform.header;
    if !seen.headers.get(name).is_some_and(|given| given.eq_ignore_ascii_case(value)) {
        return wrong("Required metadata header not specified");
    }
    if seen.option("api-version").is_none_or(|given| given < platform.version) {
        return wrong("Required audience parameter or api-version not specified");
    }
    let Some(resource) = seen.option("resource").map(|resource| resource.trim_end_matches('/'))
    else {
        return wrong("Required audience parameter not specified");
    };
    if seen.option("client_id").is_some_and(|client| client != CLIENT || !platform.choice) {
        return wrong("Identity not found");
    }
    let grant = Grant { person: false, audience: resource.into(), ..state.tenant.grant.clone() };
    let expires = state.now() + grant.lifetime;
    let (access, lifetime) = access(state, &grant);
    let mut body = json!({"access_token": access, "client_id": CLIENT, "expires_on": expires, "resource": resource, "token_type": "Bearer"});
    if platform.texts {
        body["expires_on"] = expires.to_string().into();
    }
    // Others tell no expires_in.
    if platform.header.0 == "metadata" {
        body["expires_in"] = lifetime.to_string().into();
    }
    Ok(Reply::json(200, &body))
}
