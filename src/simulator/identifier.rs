use data_encoding::BASE32_NOPAD;

/// An id of 26 characters: 128 bits in base32 without padding.
pub fn identifier(entropy: u128) -> String {
    BASE32_NOPAD.encode(&entropy.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::identifier;

    #[test]
    fn an_id_has_26_characters_of_base32() {
        for entropy in [0, 1, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef, u128::MAX] {
            let id = identifier(entropy);
            assert_eq!(id.len(), 26);
            assert!(id.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7')), "{id}");
        }
        assert_ne!(identifier(1), identifier(2));
    }
}
