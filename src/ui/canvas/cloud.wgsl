// Particles between two kept times, as discs of one colour. A disc smaller than a pixel keeps its area by being fainter.

struct Look {
    // From data to clip space: p * scale + shift.
    scale: vec2f,
    shift: vec2f,
    // Clip units per pixel.
    pixel: vec2f,
    // Radius in pixels, at least half of one.
    radius: f32,
    // Weight of the later time.
    weight: f32,
    // Premultiplied, in the colour space of the target.
    color: vec4f,
}

@group(0) @binding(0) var<uniform> look: Look;

struct Corner {
    @builtin(position) position: vec4f,
    // From the middle of the disc, in pixels.
    @location(0) offset: vec2f,
}

@vertex
fn corner(
    @builtin(vertex_index) index: u32,
    @location(0) before: vec2f,
    @location(1) after: vec2f,
) -> Corner {
    let side = vec2f(f32(index & 1u), f32(index >> 1u)) * 2.0 - 1.0;
    let offset = side * (look.radius + 0.5);
    let middle = mix(before, after, look.weight) * look.scale + look.shift;
    return Corner(vec4f(middle + offset * look.pixel, 0.0, 1.0), offset);
}

@fragment
fn ink(in: Corner) -> @location(0) vec4f {
    return look.color * clamp(look.radius + 0.5 - length(in.offset), 0.0, 1.0);
}
