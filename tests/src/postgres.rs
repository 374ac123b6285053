//! A PostgreSQL cluster of this test process alone: on loopback, in a directory of its own, gone when the process is.
//!
//! The installed server programs are used; without them the tests fail and say what to install. A shell watches over the
//! server: it waits at a pipe that only the test process holds open, so it stops the server and removes the directory
//! however the process ended. Databases sort by ICU rules unlike SQLite, so that a missing `COLLATE "C"` shows.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

/// A fresh database, owned by a role that is no superuser: forced row-level security binds it.
#[derive(Debug, Clone)]
pub struct PostgresDatabase {
    /// `postgres://role:password@127.0.0.1:port/database`, of the owner.
    pub url: String,
    /// The same for the cluster's superuser, whom row-level security does not bind.
    pub superuser_url: String,
}

struct Cluster {
    port: u16,
    password: String,
    /// Closed by the end of this process, which ends the server.
    _alive: ChildStdin,
}

/// `$1`: the programs, `$2`: the directory, `$3`: the port. Input: the pipe that ends with the test process.
const SUPERVISOR: &str = r#"
exec 3<&0
"$1"/postgres -D "$2/data" -p "$3" -h 127.0.0.1 -k "" \
    -c fsync=off -c full_page_writes=off -c max_connections=300 -c dynamic_shared_memory_type=mmap &
server=$!
( read -r _ <&3; kill -QUIT $server ) 2>/dev/null &
watcher=$!
exec 2>/dev/null
wait $server
kill $watcher
rm -rf "$2"
"#;

/// Makes a database. Starts the cluster at the first call.
///
/// # Panics
/// When PostgreSQL is not installed or does not start: these tests are never skipped.
pub async fn database() -> PostgresDatabase {
    static MADE: AtomicU64 = AtomicU64::new(1);
    let cluster = cluster();
    let name = format!("test_{}", MADE.fetch_add(1, Ordering::SeqCst));
    let admin = connect(&cluster.url("postgres", "postgres")).await;
    for sql in [
        format!("CREATE ROLE {name} LOGIN PASSWORD '{}'", cluster.password),
        format!("CREATE DATABASE {name} OWNER {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"),
    ] {
        admin.execute_unprepared(&sql).await.expect("the superuser may make roles and databases");
    }
    admin.close().await.expect("a connection closes");
    PostgresDatabase { url: cluster.url(&name, &name), superuser_url: cluster.url("postgres", &name) }
}

/// Copies a database of the cluster, with its rows and its owner. Whoever is connected to it loses the connection.
///
/// # Panics
/// When it cannot be copied.
pub async fn copy_of(url: &str) -> PostgresDatabase {
    let cluster = cluster();
    let name = url.rsplit('/').next().expect("a database");
    let copy = format!("{name}_copy");
    let admin = connect(&cluster.url("postgres", "postgres")).await;
    for sql in [
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
        format!("CREATE DATABASE {copy} OWNER {name} TEMPLATE {name}"),
    ] {
        admin.execute_unprepared(&sql).await.expect("the superuser may copy databases");
    }
    admin.close().await.expect("a connection closes");
    PostgresDatabase { url: cluster.url(name, &copy), superuser_url: cluster.url("postgres", &copy) }
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    match CLUSTER.get_or_init(start) {
        Ok(cluster) => cluster,
        Err(problem) => panic!("{problem}"),
    }
}

impl Cluster {
    fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("the test cluster takes connections")
}

fn start() -> Result<Cluster, String> {
    let programs = programs().ok_or(
        "PostgreSQL is not installed: install version 15 or later (Debian, Ubuntu: apt-get install postgresql)",
    )?;
    let password = server::random::new_secret(&server::random::SystemRandom).expose().clone();
    let mut started = Err(String::new());
    // Another program may take the free port first: then once more with another.
    for _ in 0..3 {
        started = start_once(&programs, &password);
        if started.is_ok() {
            break;
        }
    }
    started
}

fn start_once(programs: &Path, password: &str) -> Result<Cluster, String> {
    let directory = tempfile::Builder::new().prefix("rekey-postgres-").tempdir();
    let directory = directory.map_err(|error| format!("no directory for PostgreSQL: {error}"))?;
    let user = unprivileged(directory.path())?;
    init(programs, directory.path(), user, password)?;
    // From here on the supervisor removes it.
    let (port, alive) = serve(programs, &directory.keep(), user)?;
    Ok(Cluster { port, password: password.to_owned(), _alive: alive })
}

/// The directory with `initdb` and `postgres`: from `PATH`, or the newest where Debian keeps them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some((path.file_name().and_then(OsStr::to_str)?.parse().ok()?, path.join("bin")))
        })
        .collect();
    versions.sort();
    std::env::split_paths(&path)
        .chain(versions.into_iter().rev().map(|(_, path)| path))
        .find(|path| path.join("initdb").is_file() && path.join("postgres").is_file())
}

/// PostgreSQL refuses to run as root: then it runs as `postgres` or `nobody`, who get the directory.
fn unprivileged(directory: &Path) -> Result<Option<(u32, u32)>, String> {
    let own = std::fs::metadata(directory).map_err(|error| error.to_string())?.uid();
    if own != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let mut parts = line.split(':');
            (parts.next()? == name).then_some(())?;
            Some((parts.nth(1)?.parse().ok()?, parts.next()?.parse().ok()?))
        })
    };
    let (user, group): (u32, u32) = find("postgres").or_else(|| find("nobody")).ok_or(
        "PostgreSQL does not run as root, and there is no user postgres or nobody: run the tests as another user",
    )?;
    chown(directory, Some(user), Some(group)).map_err(|error| error.to_string())?;
    Ok(Some((user, group)))
}

fn command(program: &OsStr, directory: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory).env("LC_ALL", "C");
    for name in ["PGDATA", "PGPORT", "PGHOST", "PGUSER", "PGOPTIONS"] {
        command.env_remove(name);
    }
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    command
}

fn init(programs: &Path, directory: &Path, user: Option<(u32, u32)>, password: &str) -> Result<(), String> {
    let secret = directory.join("password");
    std::fs::write(&secret, password).map_err(|error| error.to_string())?;
    let done = command(programs.join("initdb").as_os_str(), directory, user)
        .args(["--username=postgres", "--auth=password", "--encoding=UTF8", "--locale=C", "--no-sync"])
        .arg("--pwfile=password")
        .arg("--pgdata=data")
        .output()
        .map_err(|error| format!("initdb does not start: {error}"))?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("initdb failed: {}", String::from_utf8_lossy(&done.stderr)))
}

/// Starts the server on a free port and waits until it says that it is ready.
fn serve(programs: &Path, directory: &Path, user: Option<(u32, u32)>) -> Result<(u16, ChildStdin), String> {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map_err(|error| format!("no free port: {error}"))?
        .port();
    let mut shell = command(OsStr::new("/bin/sh"), directory, user)
        .args([OsStr::new("-c"), OsStr::new(SUPERVISOR), OsStr::new("sh")])
        .args([programs.as_os_str(), directory.as_os_str(), OsStr::new(&port.to_string())])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("the shell does not start: {error}"))?;
    let (alive, log) = shell.stdin.take().zip(shell.stderr.take()).ok_or("no pipes to the shell")?;
    let mut lines = BufReader::new(log).lines();
    let mut seen = String::new();
    while let Some(Ok(line)) = lines.next() {
        if line.contains("ready to accept connections") {
            thread::spawn(move || lines.for_each(drop));
            return Ok((port, alive));
        }
        seen.push_str(&line);
        seen.push('\n');
    }
    Err(format!("PostgreSQL did not start:\n{seen}"))
}
