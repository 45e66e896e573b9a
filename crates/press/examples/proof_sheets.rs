//! Renders every sample into a folder, to be looked at: `cargo run -p mingjing-press --example proof_sheets -- DIR`.

use mingjing_press::{Job, Press};
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::args().nth(1).ok_or("usage: proof_sheets DIR")?;
    std::fs::create_dir_all(&out)?;
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let start = Instant::now();
    let press = Press::load(None)?;
    println!("fonts {} ms", start.elapsed().as_millis());
    let mut files: Vec<_> =
        std::fs::read_dir(samples)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let mut failed = 0;
    for file in files {
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let job: Job = serde_json::from_slice(&std::fs::read(&file)?)?;
        let start = Instant::now();
        match press.render(&job) {
            Ok(made) => {
                println!(
                    "{name}: {} pages, {} bytes, {} ms",
                    made.pages,
                    made.pdf.len(),
                    start.elapsed().as_millis()
                );
                std::fs::write(Path::new(&out).join(format!("{name}.pdf")), &made.pdf)?;
            }
            Err(error) => {
                failed += 1;
                println!("{name}: {error}");
            }
        }
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} samples failed").into()) }
}
