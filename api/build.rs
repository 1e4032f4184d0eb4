//! Embeds the built GraphiQL page (`graphiql/dist`) in the binary.
//!
//! Writes `graphiql_assets.rs` to `OUT_DIR`: one entry per file, or none when the page was not built, so that
//! the server compiles without Node.js. The files are copied there too: a build folder may serve another checkout
//! after this one is gone.

use std::{
    env,
    ffi::OsStr,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let dist = variable("CARGO_MANIFEST_DIR")?.join("graphiql").join("dist");
    // The folder is checked in empty: a path that does not exist would make Cargo run this again at every build.
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=graphiql/dist");

    let mut files = Vec::new();
    if dist.join("index.html").is_file() {
        collect(&dist, &mut files)?;
        // The order of a folder is its file system's; a fixed one makes equal builds from equal files.
        files.sort();
    }

    let out = variable("OUT_DIR")?;
    let copies = out.join("graphiql");
    if copies.exists() {
        fs::remove_dir_all(&copies)?;
    }
    let mut source = String::from(
        "/// The files of the GraphiQL page: path below `/graphiql/`, media type, content.\n\
         pub static ASSETS: &[(&str, &str, &[u8])] = &[\n",
    );
    for file in &files {
        let path = file.strip_prefix(&dist)?;
        let names: Option<Vec<&str>> = path.iter().map(OsStr::to_str).collect();
        let Some(names) = names else {
            return Err(format!("the path {} is not UTF-8", file.display()).into());
        };
        let copy = copies.join(path);
        fs::create_dir_all(copy.parent().unwrap_or(&copies))?;
        fs::copy(file, copy)?;
        let (name, place) = (names.join("/"), format!("/graphiql/{}", names.join("/")));
        // Debug formatting of a string is a string literal.
        let bytes = format!("include_bytes!(concat!(env!(\"OUT_DIR\"), {place:?}))");
        writeln!(source, "    ({name:?}, {:?}, {bytes}),", media_type(path))?;
    }
    source.push_str("];\n");
    fs::write(out.join("graphiql_assets.rs"), source)?;
    Ok(())
}

fn variable(name: &str) -> Result<PathBuf> {
    env::var_os(name).map(PathBuf::from).ok_or_else(|| format!("Cargo did not set {name}").into())
}

/// Adds the files below `folder`, except hidden ones.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(OsStr::to_str) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("md" | "txt") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
