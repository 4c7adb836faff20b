//! How much a name that was given is like one that exists.

/// The name that is most like the one that was given, if one is like it at all.
pub(super) fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &'a str| likeness(given, name).map(|distance| (distance, name));
    names
        .filter_map(likeness)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many letters must be changed, added, left out or swapped; none if that leaves nothing of the name. Case is no
/// difference.
pub(super) fn likeness(given: &str, name: &str) -> Option<usize> {
    let [given, name] = [given, name].map(|text| text.to_lowercase().chars().collect::<Vec<_>>());
    if given.is_empty() || given.len().abs_diff(name.len()) > 3 {
        return None;
    }
    let distance = edit_distance(&given, &name);
    (distance <= (given.len().min(name.len()) / 3).max(1)).then_some(distance)
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let substitution = last[j] + usize::from(a[i] != b[j]);
            let mut least = substitution.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}
