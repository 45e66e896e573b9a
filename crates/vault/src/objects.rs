//! Where sealed objects lie: a folder, or a bucket. Both take a name once.

use std::fs::{File, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::disk;
use crate::error::{At, Error};
use crate::record::Remains;
use crate::s3::{Bucket, Retention};

/// The store of sealed objects.
#[derive(Debug, Clone)]
pub enum Objects {
    /// Under the vault's folder.
    Local(PathBuf),
    /// In an S3 bucket.
    S3(Arc<Bucket>),
}

/// An object opened for reading.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file.
    Local(Arc<File>, PathBuf),
    /// An object of the bucket.
    S3(Arc<Bucket>, String),
}

impl Objects {
    /// Takes the finished file at `from` under `name`. A name that is taken already has these
    /// very bytes: names carry a random salt and are put once, whole.
    pub async fn put(&self, name: &str, from: &Path, retention: &Retention) -> Result<(), Error> {
        match self {
            Objects::Local(root) => {
                let (to, from) = (root.join(name), from.to_owned());
                blocking(move || {
                    to.parent().map_or(Ok(()), disk::make_dirs)?;
                    std::fs::set_permissions(&from, Permissions::from_mode(0o400)).at(&from)?;
                    File::open(&from).and_then(|file| file.sync_all()).at(&from)?;
                    disk::link_new(&from, &to).map(|_| ())
                })
                .await
            }
            Objects::S3(bucket) => bucket.put(name, from, retention).await,
        }
    }

    /// Opens an object; its length with it. `None` when there is none.
    pub async fn open(&self, name: &str) -> Result<Option<(Source, u64)>, Error> {
        match self {
            Objects::Local(root) => {
                let path = root.join(name);
                blocking(move || match File::open(&path) {
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                    other => {
                        let file = other.at(&path)?;
                        let length = file.metadata().at(&path)?.len();
                        Ok(Some((Source::Local(Arc::new(file), path), length)))
                    }
                })
                .await
            }
            Objects::S3(bucket) => {
                let length = bucket.length(name).await?;
                Ok(length.map(|length| (Source::S3(Arc::clone(bucket), name.to_owned()), length)))
            }
        }
    }

    /// Removes an object, or says why the store keeps it.
    pub async fn remove(&self, name: &str) -> Result<Remains, Error> {
        match self {
            Objects::Local(root) => {
                let path = root.join(name);
                blocking(move || disk::remove(&path).map(|_| Remains::Removed)).await
            }
            Objects::S3(bucket) => bucket.remove(name).await,
        }
    }

    /// Up to `limit` names behind `after`, in order.
    pub async fn names(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, Error> {
        match self {
            Objects::Local(root) => {
                let (root, after) = (root.clone(), after.unwrap_or_default().to_owned());
                blocking(move || {
                    let mut names = Vec::new();
                    walk(&root, "objects", &after, limit, &mut names)?;
                    Ok(names)
                })
                .await
            }
            Objects::S3(bucket) => bucket.names(after, limit).await,
        }
    }
}

/// Files under a folder in order of their names, behind `after`.
fn walk(root: &Path, dir: &str, after: &str, limit: usize, out: &mut Vec<String>) -> Result<(), Error> {
    for name in disk::names(&root.join(dir))? {
        let path = format!("{dir}/{name}");
        if out.len() == limit {
            break;
        }
        if root.join(&path).is_dir() {
            // A folder wholly before the cursor has nothing new.
            if path.as_str() >= after.get(..path.len()).unwrap_or(after) {
                walk(root, &path, after, limit, out)?;
            }
        } else if path.as_str() > after {
            out.push(path);
        }
    }
    Ok(())
}

impl Source {
    /// Exactly the bytes from `from`, `length` of them, given to `then` on a thread that may wait.
    pub async fn read<T: Send + 'static>(
        &self,
        from: u64,
        length: usize,
        then: impl FnOnce(Vec<u8>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        match self {
            Source::Local(file, path) => {
                let (file, path) = (Arc::clone(file), path.clone());
                blocking(move || {
                    let mut bytes = vec![0; length];
                    file.read_exact_at(&mut bytes, from).at(&path)?;
                    then(bytes)
                })
                .await
            }
            Source::S3(bucket, name) => {
                let bytes = bucket.read(name, from, length).await?;
                blocking(move || then(bytes.into())).await
            }
        }
    }

    /// Chunks worth asking for at once: a bucket is far away.
    pub fn reach(&self) -> u64 {
        match self {
            Source::Local(..) => 1,
            Source::S3(..) => 4,
        }
    }
}

/// Runs what waits for the disk away from the runtime's own threads.
pub async fn blocking<T: Send + 'static>(
    run: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    spawn_blocking(run).await.map_err(|_| Error::Aborted)?
}

/// Runs something to its end, even if whoever asked goes away: a request that is dropped between
/// two steps must not leave a lock open over a thread that still writes.
pub async fn to_the_end<T: Send + 'static>(
    run: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    tokio::spawn(run).await.map_err(|_| Error::Aborted)?
}
