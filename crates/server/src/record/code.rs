//! Check codes: short codes for typing by hand, such as `7K3M-92QF`.

use std::fmt;

/// Thirty-two letters and digits that nobody confuses: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters drawn at random; one more checks them.
const DRAWN: usize = 7;

/// A check code: thirty-five random bits and a check character.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CheckCode(String);

/// Why a typed code is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Too short, too long, or with other characters.
    #[error("核验码应为8位字母和数字，例如7K3M-92QF")]
    Form,
    /// The last character does not fit the others.
    #[error("核验码有误，请对照文书重新输入")]
    Check,
}

impl CheckCode {
    /// A code from random bytes.
    pub fn draw(random: &[u8; 32]) -> Self {
        let mut values = [0u8; DRAWN];
        for (value, byte) in values.iter_mut().zip(random) {
            *value = byte & 31;
        }
        let mut text: Vec<u8> = values.iter().map(|it| ALPHABET[usize::from(*it)]).collect();
        text.push(ALPHABET[usize::from(check(&values))]);
        text.insert(4, b'-');
        Self(text.into_iter().map(char::from).collect())
    }

    /// Reads a code as people type it: in any case, with or without the dash and
    /// spaces, O for 0, I and L for 1.
    ///
    /// # Errors
    /// When it is no code, or a character was mistyped.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut values = Vec::with_capacity(DRAWN + 1);
        for c in text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－' | '—')) {
            let c = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|it| char::from(*it) == c).ok_or(CodeError::Form)?;
            values.push(u8::try_from(value).map_err(|_| CodeError::Form)?);
        }
        let (drawn, last) = match values.split_last() {
            Some((last, drawn)) if drawn.len() == DRAWN => (drawn, *last),
            Some(_) | None => return Err(CodeError::Form),
        };
        if check(drawn) != last {
            return Err(CodeError::Check);
        }
        let mut text: String = values.iter().map(|it| char::from(ALPHABET[usize::from(*it)])).collect();
        text.insert(4, '-');
        Ok(Self(text))
    }

    /// The code as printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CheckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Weighted sum in the field of thirty-two elements (x⁵ + x² + 1): the weights
/// are distinct powers of a generator, so any single wrong character and any
/// exchange of two different ones changes it.
fn check(values: &[u8]) -> u8 {
    let mut weight = 1;
    values.iter().fold(0, |sum, value| {
        weight = times(weight, 2);
        sum ^ times(*value, weight)
    })
}

fn times(mut a: u8, mut b: u8) -> u8 {
    let mut out = 0;
    while b > 0 {
        if b & 1 == 1 {
            out ^= a;
        }
        a <<= 1;
        if a & 32 != 0 {
            a ^= 0b10_0101;
        }
        b >>= 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> CheckCode {
        let mut random = [0u8; 32];
        for (index, byte) in random.iter_mut().enumerate() {
            *byte = u8::try_from(index * 37 % 256).unwrap();
        }
        CheckCode::draw(&random)
    }

    #[test]
    fn a_code_survives_how_people_type_it() {
        let code = sample();
        assert_eq!(code.as_str().len(), 9);
        let typed = code.as_str().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(CheckCode::parse(&typed), Ok(code));
        assert_eq!(CheckCode::parse("7K3M"), Err(CodeError::Form));
        assert_eq!(CheckCode::parse("7K3M-92Q*"), Err(CodeError::Form));
    }

    #[test]
    fn every_single_error_and_every_exchange_is_seen() {
        let code = sample();
        let plain: Vec<char> = code.as_str().chars().filter(|c| *c != '-').collect();
        for at in 0..plain.len() {
            for other in ALPHABET.iter().map(|it| char::from(*it)).filter(|c| *c != plain[at]) {
                let mut wrong = plain.clone();
                wrong[at] = other;
                let wrong: String = wrong.into_iter().collect();
                assert_eq!(CheckCode::parse(&wrong), Err(CodeError::Check), "{wrong}");
            }
            for with in at + 1..plain.len() {
                let mut wrong = plain.clone();
                wrong.swap(at, with);
                let swapped: String = wrong.iter().collect();
                let want = if wrong == plain { Ok(code.clone()) } else { Err(CodeError::Check) };
                assert_eq!(CheckCode::parse(&swapped), want, "{swapped}");
            }
        }
    }
}
