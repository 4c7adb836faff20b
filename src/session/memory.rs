//! What the program takes of the machine's memory.

/// Resident memory of this process in MB, where the system has `/proc`.
pub fn resident_mb() -> Option<f64> {
    const KB_PER_MB: f64 = 1000.0;
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kb: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kb * 1.024 / KB_PER_MB)
}
