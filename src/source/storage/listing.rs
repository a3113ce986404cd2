//! Pages of names, as the service lists them: blobs with what is known of each, and what folders there are.
//! Never reads a blob.
//!
//! Sources: Azure Storage REST, "List Blobs", "List Containers".

use percent_encoding::percent_decode_str;
use roxmltree::{Document, Node};
use url::Url;

use super::account::{Account, Whole};
use crate::http::request::Request;
use crate::http::retry::http_date;
use crate::http::unanswered::Unanswered;
use crate::time::Timestamp;

/// What is known of a blob before it is read.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Listed {
    /// Its name in the container.
    pub name: String,
    /// Bytes it had.
    pub len: u64,
    /// What it was: another text for everything it ever was.
    pub etag: String,
    /// When it was changed last.
    pub modified: Option<Timestamp>,
}

/// One page of a list.
#[derive(PartialEq, Eq, Default, Debug)]
pub struct Page {
    /// Blobs, in order of their names.
    pub blobs: Vec<Listed>,
    /// What other names begin with, up to the next slash, which is there; in their order.
    pub folders: Vec<String>,
    /// What asks for the next page; `None`: this was the last.
    pub next: Option<String>,
}

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// What the names begin with.
    pub prefix: String,
    /// Are names told as folders where there is a slash behind that?
    pub by_folder: bool,
    /// What asked for this page.
    pub marker: Option<String>,
}

impl Account {
    /// One page of the blobs of a container.
    pub async fn blobs(
        &self,
        container: &str,
        question: &Question,
        asker: &mut Whole,
    ) -> Result<Page, Unanswered> {
        let mut url = self.at(container, "")?;
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("restype", "container").append_pair("comp", "list");
            if !question.prefix.is_empty() {
                query.append_pair("prefix", &question.prefix);
            }
            if question.by_folder {
                query.append_pair("delimiter", "/");
            }
            if let Some(marker) = &question.marker {
                query.append_pair("marker", marker);
            }
        }
        self.list(url, asker, page).await
    }

    /// The names of all containers that begin so.
    pub async fn containers(
        &self,
        prefix: &str,
        asker: &mut Whole,
    ) -> Result<Vec<String>, Unanswered> {
        let mut found = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let mut url = self.endpoint().clone();
            url.query_pairs_mut().append_pair("comp", "list").append_pair("prefix", prefix);
            if let Some(marker) = &marker {
                url.query_pairs_mut().append_pair("marker", marker);
            }
            let (mut names, next) = self.list(url, asker, containers).await?;
            found.append(&mut names);
            if next.is_none() || next == marker {
                return Ok(found);
            }
            marker = next;
        }
    }

    /// Asks for a list; a broken one is asked for again.
    async fn list<T: Send>(
        &self,
        url: Url,
        asker: &mut Whole,
        read: fn(&str) -> Result<T, String>,
    ) -> Result<T, Unanswered> {
        let mut broken = 0;
        loop {
            let response = self.ask(&Request::from(url.clone()), asker).await?;
            let text = String::from_utf8_lossy(&response.body);
            match read(text.trim_start_matches('\u{feff}')) {
                Ok(list) => return Ok(list),
                Err(_) if broken < 2 => broken += 1,
                Err(why) => {
                    let why = format!("what came instead of a list is no list: {why}");
                    return Err(Unanswered::Broken(why));
                }
            }
        }
    }
}

/// Reads a page of blobs.
fn page(text: &str) -> Result<Page, String> {
    let document = Document::parse(text).map_err(|error| error.to_string())?;
    let list = document.root_element();
    if list.tag_name().name() != "EnumerationResults" {
        return Err("it is other XML".to_owned());
    }
    let mut page = Page { next: marker(list), ..Page::default() };
    for node in child(list, "Blobs").into_iter().flat_map(|blobs| blobs.children()) {
        match node.tag_name().name() {
            "Blob" => page.blobs.extend(blob(node)?),
            "BlobPrefix" => page.folders.push(name(node)?),
            _ => {}
        }
    }
    Ok(page)
}

/// Reads a page of containers: their names, and what asks for the next.
fn containers(text: &str) -> Result<(Vec<String>, Option<String>), String> {
    let document = Document::parse(text).map_err(|error| error.to_string())?;
    let list = document.root_element();
    let all = child(list, "Containers").ok_or("it is other XML")?;
    let all = all.children().filter(|node| node.has_tag_name("Container"));
    Ok((all.map(name).collect::<Result<_, _>>()?, marker(list)))
}

/// `None` where it is a folder of a hierarchical namespace.
fn blob(node: Node<'_, '_>) -> Result<Option<Listed>, String> {
    let properties = child(node, "Properties");
    let property = |name: &str| properties.and_then(|properties| text(properties, name));
    if property("ResourceType") == Some("directory") {
        return Ok(None);
    }
    let name = name(node)?;
    let len = property("Content-Length").and_then(|len| len.parse().ok());
    let len = len.ok_or_else(|| format!("{name} has no length"))?;
    let etag = property("Etag").unwrap_or_default();
    let modified = property("Last-Modified").and_then(http_date);
    Ok(Some(Listed { name, len, etag: etag.trim_matches('"').to_owned(), modified }))
}

fn marker(list: Node<'_, '_>) -> Option<String> {
    text(list, "NextMarker").filter(|marker| !marker.is_empty()).map(str::to_owned)
}

/// A name that XML cannot hold is percent-encoded.
fn name(node: Node<'_, '_>) -> Result<String, String> {
    let name = child(node, "Name").ok_or("something has no name")?;
    let text = name.text().unwrap_or_default();
    match name.attribute("Encoded") {
        Some("true") => {
            let decoded = percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned);
            decoded.map_err(|_| "a name is not UTF-8".to_owned())
        }
        _ => Ok(text.to_owned()),
    }
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.has_tag_name(name))
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name)?.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_the_service_writes_it() {
        let text = r#"<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://a.example/" ContainerName="c"><Prefix>x</Prefix><Delimiter>/</Delimiter><Blobs><BlobPrefix><Name>tenantId=4a/</Name></BlobPrefix><Blob><Name>a &amp; b.json</Name><Properties><Creation-Time>Fri, 20 Nov 2026 08:49:37 GMT</Creation-Time><Last-Modified>Fri, 20 Nov 2026 08:49:37 GMT</Last-Modified><Etag>0x8D</Etag><Content-Length>12</Content-Length><BlobType>AppendBlob</BlobType></Properties></Blob><Blob><Name Encoded="true">a%EF%BF%BF</Name><Properties><Etag>"0x8E"</Etag><Content-Length>0</Content-Length></Properties></Blob><Blob><Name>y=2026</Name><Properties><Content-Length>0</Content-Length><ResourceType>directory</ResourceType></Properties></Blob></Blobs><NextMarker>2!92!a</NextMarker></EnumerationResults>"#;
        let page = page(text).expect("a page");
        assert_eq!(page.folders, ["tenantId=4a/"]);
        assert_eq!(page.next.as_deref(), Some("2!92!a"));
        let known: Vec<_> =
            page.blobs.iter().map(|blob| (&*blob.name, blob.len, &*blob.etag)).collect();
        assert_eq!(known, [("a & b.json", 12, "0x8D"), ("a\u{ffff}", 0, "0x8E")]);
        assert_eq!(page.blobs[0].modified, Timestamp::parse("2026-11-20T08:49:37Z"));
    }

    #[test]
    fn what_is_no_page_is_told() {
        for text in [
            "",
            "<html/>",
            "<EnumerationResults><Blobs><Blob><Name>a</Name></Blob></Blobs></EnumerationResults>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><EnumerationResults/>",
        ] {
            assert!(page(text).is_err(), "{text}");
        }
        let empty = "<EnumerationResults><Blobs /><NextMarker /></EnumerationResults>";
        assert_eq!(page(empty), Ok(Page::default()));
        let (names, next) = containers("<EnumerationResults><Containers><Container><Name>a</Name></Container></Containers></EnumerationResults>").expect("a list");
        assert_eq!((names, next), (vec!["a".to_owned()], None));
    }
}
