//! What is signed, and what a connection string says, held against the examples of the reference.
//! Never asks a service.

use super::*;

fn request(url: &str, headers: &[(&'static str, &str)]) -> reqwest::Request {
    let url = Url::parse(url).expect("an address");
    let mut request = reqwest::Request::new(reqwest::Method::GET, url);
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).expect("a value");
        request.headers_mut().insert(HeaderName::from_static(name), value);
    }
    request
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-20T08:49:37Z").expect("a time")
}

#[test]
fn what_is_signed_is_what_the_service_signs() {
    // The example of the reference "Authorize with Shared Key", with the headers entrail sends.
    let request = request(
        "https://myaccount.blob.core.windows.net/mycontainer?restype=container&comp=list&include=snapshots&include=metadata&include=uncommittedblobs",
        &[
            ("x-ms-version", "2015-02-21"),
            ("x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT"),
            ("if-match", "\"0x8D\""),
            ("accept", "application/xml"),
        ],
    );
    assert_eq!(
        signed("myaccount", "GET", request.url(), request.headers()),
        "GET\n\n\n\n\n\n\n\n\"0x8D\"\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n\
         /myaccount/mycontainer\ncomp:list\ninclude:metadata,snapshots,uncommittedblobs\nrestype:container"
    );
    let emulated = Url::parse("http://127.0.0.1:10000/devstoreaccount1/c/a%20b?prefix=y%3D2026%2F")
        .expect("an address");
    assert!(
        signed("devstoreaccount1", "GET", &emulated, &HeaderMap::new())
            .ends_with("\n/devstoreaccount1/devstoreaccount1/c/a%20b\nprefix:y=2026/")
    );
}

#[test]
fn a_key_signs_each_request_with_its_time() {
    let connection = Connection::parse("UseDevelopmentStorage=true;").expect("the emulator's");
    let key = AccountKey::new(&connection.account, connection.key.as_ref().expect("a key"))
        .expect("a key");
    let mut request = request("http://127.0.0.1:10000/devstoreaccount1/?comp=list", &[]);
    let proof = key.sign(&mut request, now()).expect("signed");
    let header = request.headers()[AUTHORIZATION].to_str().expect("text").to_owned();
    assert_eq!(header, format!("SharedKey devstoreaccount1:{}", proof.expose_secret()));
    assert_eq!(request.headers()["x-ms-date"], "Fri, 20 Nov 2026 08:49:37 GMT");
    let shown = format!("{key:?} {connection:?} {request:?}");
    assert!(!shown.contains("Eby8vdM02x") && !shown.contains(proof.expose_secret()), "{shown}");
    assert!(AccountKey::new("a", &Secret::new("no base64!")).is_err());
}

#[test]
fn a_signature_goes_into_the_query_and_nowhere_else() {
    let signature =
        Signature::parse("?sv=2025-01-05&se=2026-12-01T00%3A00Z&sp=rl&sig=kestrel%2Bof%3D")
            .expect("one");
    assert_eq!(signature.ends(), Some("2026-12-01T00:00Z"));
    for (url, query) in [
        (
            "https://a.example/c?comp=list",
            "comp=list&sv=2025-01-05&se=2026-12-01T00%3A00Z&sp=rl&sig=kestrel%2Bof%3D",
        ),
        ("https://a.example/c/b", "sv=2025-01-05&se=2026-12-01T00%3A00Z&sp=rl&sig=kestrel%2Bof%3D"),
    ] {
        let mut request = request(url, &[]);
        let proof = signature.sign(&mut request, now()).expect("signed");
        assert_eq!((request.url().query(), proof.expose_secret()), (Some(query), "kestrel+of="));
        assert!(request.headers().is_empty());
    }
    assert!(!format!("{signature:?}").contains("kestrel"));
    assert!(Signature::parse("sv=2025-01-05&sp=rl").is_err() && Signature::parse("sig=").is_err());
}

#[test]
fn connection_strings_say_account_endpoint_and_secret() {
    let read = |text: &str| Connection::parse(text);
    let usual = read("DefaultEndpointsProtocol=https;AccountName=ContosoLogs;AccountKey=a2VzdHJlbA==;EndpointSuffix=core.chinacloudapi.cn").expect("read");
    assert_eq!(
        (&*usual.account, &*usual.endpoint),
        ("contosologs", "https://contosologs.blob.core.chinacloudapi.cn")
    );
    assert_eq!(usual.key.expect("a key").expose_secret(), "a2VzdHJlbA==");
    let shared = read("BlobEndpoint=https://contosologs.blob.core.windows.net/;SharedAccessSignature=sv=2025&sig=abc").expect("read");
    assert_eq!((&*shared.account, shared.signature.is_some()), ("contosologs", true));
    for (text, why) in [
        ("AccountName=a", "no AccountKey="),
        ("AccountKey=a2VzdHJlbA==", "names no account"),
        ("", "names no account"),
    ] {
        let told = read(text).expect_err(text);
        assert!(told.contains(why) && !told.contains("a2VzdHJlbA"), "{told}");
    }
}
