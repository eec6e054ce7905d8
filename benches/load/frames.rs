//! The frames of RFC 6455, as a client reads and writes them.

pub const TEXT: u8 = 0x1;
pub const CLOSE: u8 = 0x8;
pub const PING: u8 = 0x9;
pub const PONG: u8 = 0xa;

/// What the bytes begin with.
#[derive(Debug, PartialEq, Eq)]
pub enum Parsed<'a> {
    /// A whole frame, `length` bytes with its header.
    Frame {
        opcode: u8,
        payload: &'a [u8],
        length: usize,
    },
    /// The rest has not come yet.
    Partial,
    /// Something that no server of ours sends: a fragment, an extension, a mask.
    Broken,
}

/// Looks at the header; the payload is only cut out.
#[inline]
pub fn parse(bytes: &[u8]) -> Parsed<'_> {
    let [first, second, rest @ ..] = bytes else {
        return Parsed::Partial;
    };
    if first & 0xf0 != 0x80 || second & 0x80 != 0 {
        return Parsed::Broken;
    }
    let (header, size) = match (second, rest) {
        (126, [high, low, ..]) => (4, usize::from(u16::from_be_bytes([*high, *low]))),
        (127, [0, 0, 0, 0, a, b, c, d, ..]) => (10, u32::from_be_bytes([*a, *b, *c, *d]) as usize),
        (127, [_, _, _, _, _, _, _, _, ..]) => return Parsed::Broken,
        (126 | 127, _) => return Parsed::Partial,
        (size, _) => (2, usize::from(*size)),
    };
    match bytes.get(header..header + size) {
        Some(payload) => Parsed::Frame {
            opcode: first & 0x0f,
            payload,
            length: header + size,
        },
        None => Parsed::Partial,
    }
}

/// Writes a frame with a mask, as clients have to.
pub fn write(opcode: u8, payload: &[u8], mask: u32, into: &mut Vec<u8>) {
    into.push(0x80 | opcode);
    match payload.len() {
        size @ 0..126 => into.push(0x80 | size as u8),
        size @ 126..0x1_0000 => {
            into.push(0x80 | 126);
            into.extend_from_slice(&(size as u16).to_be_bytes());
        }
        size => {
            into.push(0x80 | 127);
            into.extend_from_slice(&(size as u64).to_be_bytes());
        }
    }
    let mask = mask.to_be_bytes();
    into.extend_from_slice(&mask);
    into.extend(
        payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
}
