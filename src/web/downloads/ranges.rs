//! Which stretch of a file is asked for (RFC 9110, section 14). Several at once are answered with all of it.

/// What a header asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// All of it.
    All,
    /// A stretch, from its first byte to behind its last.
    Part(std::ops::Range<u64>),
    /// A stretch that lies outside.
    Nowhere,
}

impl Range {
    /// Reads the header for a file of so many bytes. What it does not mean clearly is passed over.
    pub(super) fn parse(header: Option<&str>, size: u64) -> Range {
        let Some(wanted) = header.and_then(|header| header.strip_prefix("bytes=")) else {
            return Range::All;
        };
        let Some((first, last)) = wanted.trim().split_once('-') else {
            return Range::All;
        };
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            // A number beyond all files is as good as the end.
            is_number.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
        };
        match (number(first), number(last)) {
            (Some(first), _) if last.is_empty() => Range::within(first, size, size),
            (Some(first), Some(last)) if first <= last => {
                Range::within(first, last.saturating_add(1).min(size), size)
            }
            (None, Some(count)) if first.is_empty() => {
                Range::within(size.saturating_sub(count), size, size)
            }
            _ => Range::All,
        }
    }

    fn within(from: u64, to: u64, size: u64) -> Range {
        if from >= size || from >= to {
            Range::Nowhere
        } else {
            Range::Part(from..to)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_what_the_header_says() {
        for (header, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-99", 0..100),
            ("bytes=10-", 10..100),
            ("bytes=-10", 90..100),
            ("bytes=-1000", 0..100),
            ("bytes=50-1000", 50..100),
            ("bytes=50-99999999999999999999999", 50..100),
        ] {
            assert_eq!(
                Range::parse(Some(header), 100),
                Range::Part(part),
                "{header}"
            );
        }
        for header in [
            "bytes=100-",
            "bytes=100-200",
            "bytes=-0",
            "bytes=99999999999999999999-",
        ] {
            assert_eq!(Range::parse(Some(header), 100), Range::Nowhere, "{header}");
        }
        for header in [
            "bytes=",
            "bytes=-",
            "bytes=9-3",
            "bytes=0-1,3-4",
            "bytes=a-b",
            "lines=0-1",
            "bytes=+1-2",
            "bytes 0-1",
            "",
        ] {
            assert_eq!(Range::parse(Some(header), 100), Range::All, "{header}");
        }
        assert_eq!(Range::parse(None, 100), Range::All);
        assert_eq!(Range::parse(Some("bytes=0-"), 0), Range::Nowhere);
    }
}
