//! The demo city behind its routes, in this process.

use tempfile::TempDir;
use zeyou::service::Service;

/// A service with the demo city, and its folder.
pub(crate) async fn demo() -> (Service, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::open(&folder.path().join("zeyou.db")).await.expect("a log");
    let report = service.operator().import_demo().await.expect("imported");
    assert_eq!(report.errors, []);
    (service, folder)
}
