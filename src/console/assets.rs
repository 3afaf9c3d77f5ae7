//! What pages load: embedded when the program was built, compressed once, kept by browsers for ever under its hash.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, http::StatusCode};

use super::answer::guarded;

/// One file.
struct Asset {
    name: &'static str,
    hash: &'static str,
    media: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
    brotli: &'static [u8],
}

/// Written by `build/assets.rs`.
static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets/table.rs"));

/// The address of a file.
pub(super) fn address(name: &str) -> String {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    asset.map_or_else(|| unreachable!("{name} is embedded"), |asset| format!("/assets/{}/{name}", asset.hash))
}

/// Sends a file in the best encoding the reader takes.
pub(super) async fn serve(request: HttpRequest) -> HttpResponse {
    let part = |name: &str| request.match_info().query(name).to_owned();
    let (hash, name) = (part("hash"), part("name"));
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name && asset.hash == hash) else {
        return crate::http::not_found(request).await;
    };
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let takes = |coding: &str| {
        accepted.unwrap_or_default().split(',').any(|offer| {
            let mut parts = offer.split(';').map(str::trim);
            parts.next() == Some(coding) && !parts.any(|weight| weight.trim_start_matches("q=").parse() == Ok(0.0))
        })
    };
    let mut response = guarded(StatusCode::OK);
    response.content_type(asset.media);
    response.insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"));
    response.insert_header((header::VARY, "Accept-Encoding"));
    if takes("br") {
        response.insert_header((header::CONTENT_ENCODING, "br")).body(asset.brotli)
    } else if takes("gzip") {
        response.insert_header((header::CONTENT_ENCODING, "gzip")).body(asset.gzip)
    } else {
        response.body(asset.plain)
    }
}
