//! Arrays as `numpy.load` reads them: a ZIP archive of `.npy` files, stored as they are, without a date.
//!
//! Formats: numpy.lib.format, version 1.0, and `numpy.savez`.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::export::npy;
use crate::scene::numbers::{Table, Values};

/// An array for each column: that of the first table by the column's name, those of the others as `table.column`.
/// Columns of a grid are arrays `[iy][ix]`, the lowest row first.
pub fn encode(tables: &[Table]) -> Result<Vec<u8>, String> {
    let packed = |error: &dyn std::fmt::Display| error.to_string();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    for (i, table) in tables.iter().enumerate() {
        let shape = table.shape();
        for column in &table.columns {
            let name = match i {
                0 => format!("{}.npy", column.name),
                _ => format!("{}.{}.npy", table.name, column.name),
            };
            let bytes = match &column.values {
                Values::Numbers(numbers) => npy::numbers(numbers, &shape),
                Values::Words(words) => npy::words(words, &shape),
            };
            archive
                .start_file(name, options)
                .map_err(|error| packed(&error))?;
            archive.write_all(&bytes).map_err(|error| packed(&error))?;
        }
    }
    let file = archive.finish().map_err(|error| packed(&error))?;
    Ok(file.into_inner())
}
