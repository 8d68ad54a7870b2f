//! Every bound of the simulator. Each is named in the answer that it causes.

/// The largest body of a request, in bytes.
pub const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;
/// How many worlds may be open at once; a world ends when it is closed.
pub const MAX_WORLDS: usize = 20_000;
/// The longest id of a world, in characters.
pub const MAX_WORLD_ID: usize = 64;
/// How many tokens one world may hold.
pub const MAX_TOKENS: usize = 1_000;
/// How many instances one world may hold.
pub const MAX_INSTANCES: usize = 1_000;
/// How many moves of one world are recorded; later ones are counted, not kept.
pub const MAX_MOVES: usize = 100_000;
/// How many captures of one subject are kept; older ones go first.
pub const MAX_CAPTURES: usize = 100;
/// How many entries a world keeps: its script, those of the step at hand, and those of steps before that were never used.
pub const MAX_ENTRIES: usize = 10_000;
/// How many definitions may be uploaded to one world.
pub const MAX_DEFINITIONS: usize = 100;
/// The largest definition that may be uploaded, in bytes.
pub const MAX_DEFINITION_BYTES: usize = 4 * 1024 * 1024;
/// How many bytes all definitions that are uploaded to one world may have.
pub const MAX_LIBRARY_BYTES: usize = 16 * 1024 * 1024;
/// How many components a form may have.
pub const MAX_COMPONENTS: usize = 1_000;
/// How deeply JSON in a request may be nested.
pub const MAX_JSON_DEPTH: usize = 64;
/// How many parts a `multipart/form-data` body may have.
pub const MAX_PARTS: usize = 64;
/// How far one request may advance a clock, in milliseconds: 366 days.
pub const MAX_ADVANCE_MS: u64 = 366 * 24 * 60 * 60 * 1_000;
/// How far a clock may be ahead of its start, in milliseconds: a thousand years, which dates can still write.
pub const MAX_AHEAD_MS: u64 = 1_000 * MAX_ADVANCE_MS;

/// Whether a JSON text is nested more deeply than [`MAX_JSON_DEPTH`], decided without building it.
pub fn too_deep(json: &[u8]) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                if depth > MAX_JSON_DEPTH {
                    return true;
                }
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{MAX_JSON_DEPTH, too_deep};

    #[test]
    fn the_bound_on_nesting_counts_brackets_outside_of_text() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!too_deep(nested(MAX_JSON_DEPTH).as_bytes()));
        assert!(too_deep(nested(MAX_JSON_DEPTH + 1).as_bytes()));
        assert!(!too_deep(format!("[\"{}\\\"{}\"]", "[".repeat(99), "{".repeat(99)).as_bytes()));
        let many = vec!["[1]"; 500].join(",");
        assert!(!too_deep(format!("[{many}]").as_bytes()), "siblings are not nested");
    }
}
