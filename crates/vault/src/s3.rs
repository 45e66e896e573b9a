//! Sealed objects in an S3 bucket.
//!
//! Objects are put whole and only under a new name (`If-None-Match: *`, also when the parts of a
//! long one are completed). Where the bucket has object lock, the retention date and the legal
//! hold come with the put itself, so there is no moment without them. The client library does not
//! know these headers; they are added behind it and the request is signed again.

use std::fmt;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use http::{HeaderName, HeaderValue, Method, header};
use jiff::Timestamp;
use object_store::aws::{AmazonS3, AmazonS3Builder, AwsAuthorizer, AwsCredential, Checksum};
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
    HttpService, ReqwestConnector,
};
use object_store::multipart::MultipartStore;
use object_store::{
    Extensions, ObjectStore, ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload,
};
use serde::{Deserialize, Serialize};

use crate::error::{At, Error};
use crate::objects::blocking;
use crate::record::Remains;

/// Bytes of a part of a long object: within the limits of S3 (5 MiB to 5 GiB, 10,000 parts) up to
/// 80 GB.
const PART_LEN: u64 = 8 << 20;

/// How a bucket is reached.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Config {
    /// Name of the bucket.
    pub bucket: String,
    /// What stands before every name; may be empty.
    #[serde(default)]
    pub prefix: String,
    /// Address of the server; none for the provider's own.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Region, as the signature needs it.
    pub region: String,
    /// Access key.
    pub access_key: String,
    /// Secret key.
    pub secret_key: String,
    /// Whether plain HTTP is accepted: only inside a machine or a closed network.
    #[serde(default)]
    pub allow_http: bool,
    /// Object lock of the bucket, if it has one.
    #[serde(default)]
    pub lock: Option<LockMode>,
}

impl fmt::Debug for S3Config {
    /// Without the secret: a configuration is printed when something goes wrong.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bucket, prefix, endpoint, region, access_key, secret_key: _, allow_http, lock } = self;
        let mut out = f.debug_struct("S3Config");
        out.field("bucket", bucket).field("prefix", prefix).field("endpoint", endpoint);
        out.field("region", region).field("access_key", access_key).field("allow_http", allow_http);
        out.field("lock", lock).finish_non_exhaustive()
    }
}

/// Who may shorten a retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockMode {
    /// Those with a special right.
    Governance,
    /// Nobody, not even the owner of the account.
    Compliance,
}

/// How long the store itself must keep an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retention {
    /// Not before this moment may it be removed.
    pub until: Option<Timestamp>,
    /// May not be removed until the hold is lifted.
    pub hold: bool,
}

/// A bucket.
#[derive(Debug)]
pub struct Bucket {
    store: AmazonS3,
    prefix: String,
    lock: Option<LockMode>,
}

/// Marks a request whose object must get these headers.
#[derive(Debug, Clone)]
struct Locked(Vec<(HeaderName, HeaderValue)>);

impl Bucket {
    /// Prepares the client; nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Remote`] when the address cannot be used.
    pub fn open(config: &S3Config) -> Result<Self, Error> {
        // Another part of the program may have chosen the cryptography of TLS already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let credential = AwsCredential {
            key_id: config.access_key.clone(),
            secret_key: config.secret_key.clone(),
            token: None,
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&config.bucket)
            .with_region(&config.region)
            .with_access_key_id(&config.access_key)
            .with_secret_access_key(&config.secret_key)
            .with_allow_http(config.allow_http)
            // A bucket with object lock asks for a checksum of every put.
            .with_checksum_algorithm(Checksum::SHA256)
            .with_http_connector(Connector { credential, region: config.region.clone() });
        if let Some(endpoint) = &config.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let prefix = match config.prefix.trim_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        Ok(Self { store: builder.build()?, prefix, lock: config.lock })
    }

    fn path(&self, name: &str) -> object_store::path::Path {
        object_store::path::Path::from(format!("{}{name}", self.prefix))
    }

    /// Puts a file under a new name. A name that is taken has these very bytes.
    pub async fn put(&self, name: &str, from: &Path, retention: &Retention) -> Result<(), Error> {
        let path = self.path(name);
        let file = Arc::new(File::open(from).at(from)?);
        let length = file.metadata().at(from)?.len();
        let mut extensions = Extensions::new();
        let headers = self.headers(retention);
        if !headers.is_empty() {
            extensions.insert(Locked(headers));
        }
        if length <= 2 * PART_LEN {
            let payload = part(&file, from, 0, length).await?;
            let options = PutOptions { mode: PutMode::Create, extensions, ..PutOptions::default() };
            return match self.store.put_opts(&path, payload, options).await {
                Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
                Err(error) => Err(error.into()),
            };
        }
        if self.length(name).await?.is_some() {
            return Ok(());
        }
        let options = PutMultipartOptions { extensions, ..PutMultipartOptions::default() };
        let id = self.store.create_multipart_opts(&path, options).await?;
        let sent = self.put_parts(&path, &id, &file, from, length).await;
        if sent.is_err() {
            // What is left of a failed put costs money until it is aborted; the error that
            // matters is the first.
            let _ = self.store.abort_multipart(&path, &id).await;
        }
        sent
    }

    async fn put_parts(
        &self,
        path: &object_store::path::Path,
        id: &String,
        file: &Arc<File>,
        from: &Path,
        length: u64,
    ) -> Result<(), Error> {
        let mut parts = Vec::new();
        for (index, at) in (0..length).step_by(PART_LEN as usize).enumerate() {
            let payload = part(file, from, at, PART_LEN.min(length - at)).await?;
            parts.push(self.store.put_part(path, id, index, payload).await?);
        }
        match self.store.complete_multipart(path, id, parts).await {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn headers(&self, retention: &Retention) -> Vec<(HeaderName, HeaderValue)> {
        let Some(mode) = self.lock else { return Vec::new() };
        let mut headers = Vec::new();
        let mut put = |name, value: &str| {
            // Dates and words of our own are always header values.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.push((HeaderName::from_static(name), value));
            }
        };
        if let Some(until) = retention.until {
            let mode = match mode {
                LockMode::Governance => "GOVERNANCE",
                LockMode::Compliance => "COMPLIANCE",
            };
            put("x-amz-object-lock-mode", mode);
            let until = until.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
            put("x-amz-object-lock-retain-until-date", &until);
        }
        if retention.hold {
            put("x-amz-object-lock-legal-hold", "ON");
        }
        headers
    }

    /// Length of an object; `None` when there is none.
    pub async fn length(&self, name: &str) -> Result<Option<u64>, Error> {
        match self.store.head(&self.path(name)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Exactly the bytes of a range.
    pub async fn read(&self, name: &str, from: u64, length: usize) -> Result<Bytes, Error> {
        Ok(self.store.get_range(&self.path(name), from..from + length as u64).await?)
    }

    /// Removes an object. Where versions are kept, a hidden one stays until its lock ends.
    pub async fn remove(&self, name: &str) -> Result<Remains, Error> {
        match self.store.delete(&self.path(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(match self.lock {
                None => Remains::Removed,
                Some(_) => Remains::Kept("对象锁期满以前，桶中留有不能解密的版本".into()),
            }),
            Err(error @ object_store::Error::PermissionDenied { .. }) => Ok(Remains::Kept(error.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    /// Up to `limit` names behind `after`, in order.
    pub async fn names(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, Error> {
        let all = self.path("objects");
        let listed = match after {
            Some(after) => self.store.list_with_offset(Some(&all), &self.path(after)),
            None => self.store.list(Some(&all)),
        };
        let names = listed.take(limit).map_ok(|meta| meta.location.as_ref()[self.prefix.len()..].to_owned());
        Ok(names.try_collect().await?)
    }
}

/// Bytes of the file as one part.
async fn part(file: &Arc<File>, from: &Path, at: u64, length: u64) -> Result<PutPayload, Error> {
    let (file, from) = (Arc::clone(file), from.to_owned());
    blocking(move || {
        // At most two parts.
        let mut bytes = vec![0; length as usize];
        file.read_exact_at(&mut bytes, at).at(&from)?;
        Ok(PutPayload::from(bytes))
    })
    .await
}

/// Makes clients that add the headers of object lock.
#[derive(Debug)]
struct Connector {
    credential: AwsCredential,
    region: String,
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let inner = ReqwestConnector::default().connect(options)?;
        let credential = AwsCredential {
            key_id: self.credential.key_id.clone(),
            secret_key: self.credential.secret_key.clone(),
            token: None,
        };
        Ok(HttpClient::new(Signing { inner, credential, region: self.region.clone() }))
    }
}

#[derive(Debug)]
struct Signing {
    inner: HttpClient,
    credential: AwsCredential,
    region: String,
}

#[async_trait]
impl HttpService for Signing {
    async fn call(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut added =
            request.extensions_mut().remove::<Locked>().map(|locked| locked.0).unwrap_or_default();
        if !added.is_empty() && request.method() == Method::PUT {
            // Some servers look for the name of the checksum, not for the checksum itself.
            let name = HeaderName::from_static("x-amz-sdk-checksum-algorithm");
            added.push((name, HeaderValue::from_static("SHA256")));
        }
        let query = request.uri().query().unwrap_or_default();
        let completes = request.method() == Method::POST && query.starts_with("uploadId=");
        if completes {
            added.push((header::IF_NONE_MATCH, HeaderValue::from_static("*")));
        }
        if !added.is_empty() {
            let headers = request.headers_mut();
            headers.remove(header::AUTHORIZATION);
            headers.extend(added);
            // The first signature has the digest of the body already.
            let digest = headers.get("x-amz-content-sha256").and_then(|value| hex::decode(value).ok());
            AwsAuthorizer::new(&self.credential, "s3", &self.region)
                .try_authorize(&mut request, digest.as_deref())
                .map_err(|error| HttpError::new(HttpErrorKind::Request, error))?;
        }
        self.inner.execute(request).await
    }
}
