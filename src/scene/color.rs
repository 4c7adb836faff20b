//! A colour as every back end understands it; it refuses to know palettes (see [`super::theme`]).

/// An sRGB colour with straight (not premultiplied) alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Color {
    /// Red, 0 to 255.
    pub r: u8,
    /// Green, 0 to 255.
    pub g: u8,
    /// Blue, 0 to 255.
    pub b: u8,
    /// Opacity, 0 to 255.
    pub a: u8,
}

impl Color {
    /// The opaque colour `0xrrggbb`.
    pub const fn hex(rgb: u32) -> Self {
        Self {
            r: (rgb >> 16) as u8,
            g: (rgb >> 8) as u8,
            b: rgb as u8,
            a: 255,
        }
    }

    /// The opaque colour that `#rrggbb` names.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let is_hex = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let rgb = is_hex.then(|| u32::from_str_radix(digits, 16).ok());
        rgb.flatten().map(Self::hex)
    }

    /// The opaque colour with the given channels in [0, 1]; values outside are clamped.
    pub fn from_unit(rgb: [f32; 3]) -> Self {
        let [r, g, b] = rgb.map(|c| (c.clamp(0.0, 1.0) * 255.0).round() as u8);
        Self { r, g, b, a: 255 }
    }

    /// The same hue with the given opacity, 0 to 255.
    pub const fn alpha(self, a: u8) -> Self {
        Self { a, ..self }
    }

    /// The same hue with its opacity times `factor`, 0 to 1.
    pub fn faded(self, factor: f32) -> Self {
        self.alpha((f32::from(self.a) * factor.clamp(0.0, 1.0)).round() as u8)
    }

    /// So far on the way to another colour, 0 to 1, channel by channel.
    pub fn mixed(self, other: Self, share: f32) -> Self {
        let mix =
            |a: u8, b: u8| (f32::from(a) + share * (f32::from(b) - f32::from(a))).round() as u8;
        Self {
            r: mix(self.r, other.r),
            g: mix(self.g, other.g),
            b: mix(self.b, other.b),
            a: mix(self.a, other.a),
        }
    }

    /// Red, green, blue and opacity.
    pub const fn to_array(self) -> [u8; 4] {
        [self.r, self.g, self.b, self.a]
    }

    /// Relative luminance of the opaque colour, 0 to 1 (WCAG 2.2).
    pub fn luminance(self) -> f32 {
        let linear = |c: u8| {
            let c = f32::from(c) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.r) + 0.7152 * linear(self.g) + 0.0722 * linear(self.b)
    }

    /// Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2).
    pub fn contrast(self, other: Self) -> f32 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_splits_into_channels() {
        assert_eq!(Color::hex(0xb08cff).to_array(), [0xb0, 0x8c, 0xff, 255]);
        assert_eq!(Color::hex(0xb08cff).faded(0.5).a, 128);
    }

    #[test]
    fn black_on_white_has_the_largest_contrast() {
        let ratio = Color::hex(0x000000).contrast(Color::hex(0xffffff));
        assert!((ratio - 21.0).abs() < 1e-3, "{ratio}");
    }
}
