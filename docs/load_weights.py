"""The velocity that a run has learned, from its model.safetensors and with numpy alone: `v = load(file)`, `v(t, x)`."""
import json, math, numpy as np

def load(file):
    raw = open(file, "rb").read()
    start = 8 + int.from_bytes(raw[:8], "little")
    head = json.loads(raw[8:start])
    net = json.loads(head.pop("__metadata__")["pushforward"])
    read = lambda at: np.frombuffer(raw[start:][slice(*at["data_offsets"])], "<f4").reshape(at["shape"])
    layers = [[read(head[f"layers.{i}.{part}"]) for part in ("weight", "bias")] for i in range(len(head) // 2)]
    return lambda t, x: velocity(t, np.asarray(x), layers, net)

def velocity(t, x, layers, net):  # n points x of shape (n, 2); weights of shape [in, out]
    s_q, s_0 = rms = np.array([net["target_rms"], net["source_rms"]])
    path = np.array(formula(PATHS, net["path"], t + 1e-20j))
    (alpha, sigma), speeds = path.real, path.imag / 1e-20  # f'(t) = Im f(t + ih) / h
    c_in, c_out = 1 / max(np.hypot(*(rms * path.real)), 1e-6), max(np.hypot(*(rms * speeds)), 1e-6)
    of_alpha, of_sigma = speeds / np.maximum(path.real, 0.01)  # u = a x + b net, by what the network predicts
    of_noise = (speeds[1] - sigma * of_alpha) * s_0
    a, b = {"Velocity": (0, c_out), "X1": (of_sigma, (speeds[0] - alpha * of_sigma) * s_q), "Eps": (of_alpha, of_noise),
            "Score": (of_alpha, -of_noise)}[net["model"].get("parametrisation", "Velocity")]
    z = np.hstack([c_in * x, np.tile(formula(EMBEDDINGS, net["model"]["time"], t), (len(x), 1))])
    for weight, bias in layers[:-1]:
        z = ACTIVATIONS[net["model"]["activation"]](z @ weight + bias)
    return a * x + b * (z @ layers[-1][0] + layers[-1][1])

def formula(table, choice, t):  # a choice is "Cosine" or {"Ve": {"sigma_min": 0.01, "sigma_max": 10.0}}
    name, constants = (choice, {}) if isinstance(choice, str) else [*choice.items()][0]
    return table[name](t, **constants)

def vp(t, beta_min, beta_max):
    s = max(1 - t.real, 1e-5) - 1j * t.imag  # sigma' is infinite at t = 1
    T = s * beta_min + s**2 * (beta_max - beta_min) / 2
    return np.exp(-T / 2), np.sqrt(-np.expm1(-T))

def linear_vp(t):
    s = max(1 - t.real, 1e-5) - 1j * t.imag  # as VP
    return 1 - s, np.sqrt(s * (2 - s))

PATHS = {  # alpha and sigma of x_t = alpha x_1 + sigma x_0
    "CondOt": lambda t, sigma_min: (t, 1 - (1 - sigma_min) * t), "Vp": vp,
    "Ve": lambda t, sigma_min, sigma_max: (1, (sigma_min / sigma_max) ** t),
    "Cosine": lambda t: (np.sin(np.pi * t / 2), np.cos(np.pi * t / 2)),
    "LinearVp": linear_vp, "Polynomial": lambda t, n: (t**n, 1 - t**n)}
EMBEDDINGS = {
    "Raw": lambda t: [t],
    "Fourier": lambda t, frequencies: [f(np.pi * k * t) for k in range(1, frequencies + 1) for f in (np.cos, np.sin)]}
elu = lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0)))
ACTIVATIONS = {
    "Relu": lambda z: np.maximum(z, 0), "Tanh": np.tanh, "Silu": lambda z: z / (1 + np.exp(-z)), "Elu": elu,
    "Gelu": lambda z: z * (1 + np.vectorize(math.erf)(z / np.sqrt(2))) / 2,
    "Selu": lambda z: 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * elu(z))}
