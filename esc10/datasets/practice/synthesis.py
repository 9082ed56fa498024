"""Ten synthesised practice sounds, one function for each class of ESC-10.

Made from random numbers and a little acoustics, they are caricatures: close enough for a listener
to name most of them, and varied enough that a classifier has something to learn.

Every sound function takes two random generators. From ``recording`` it draws what stays the same
throughout a recording (which animal, which machine, which weather), from ``take`` what differs
between two stretches of it (when the dog barks, which drop falls where). It draws a fixed number of
values from ``recording``, so that two takes from equal generators describe the same source.

Times are in seconds and frequencies in hertz unless a name says otherwise. A sound is a float64
array of shape ``(220_500,)`` at 44,100 Hz, of arbitrary loudness.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from esc10.datasets.practice.acoustics import (
    SAMPLE_RATE,
    SAMPLES,
    SECONDS,
    Array,
    add,
    arch,
    band,
    bout,
    curve,
    decaying,
    filtered,
    log_uniform,
    noise,
    progress,
    resonances,
    ringing,
    sprinkled,
    unit_power,
    voice,
    wander,
    white,
)

Synthesiser = Callable[[Generator, Generator], Array]
"""Makes a sound from the generators ``recording`` and ``take``."""


def dog(recording: Generator, take: Generator) -> Array:
    """Barks: short harmonic glides through a throat, with silence between."""
    pitch = recording.uniform(200, 650)
    seconds = recording.uniform(0.10, 0.30)
    spacing = recording.uniform(0.35, 1.1)
    slope = recording.uniform(0.6, 1.3)
    hoarse = recording.uniform(0.1, 0.9)
    throat = pitch**0.5 * recording.uniform(32, 48)
    sound = np.zeros(SAMPLES)
    for start in bout(take, int(take.integers(1, 7)), spacing):
        ramp = progress(seconds * take.uniform(0.85, 1.2))
        glide = pitch * take.uniform(0.9, 1.1) * (0.7 + 0.6 * arch(ramp, 0.6))
        bark = voice(glide, slope) + hoarse * white(take, ramp.size)
        add(sound, start, arch(ramp, 0.45) ** 1.5 * take.uniform(0.7, 1.0) * bark)
    return filtered(sound, resonances([throat, 2.2 * throat], [0.5 * throat, 0.8 * throat]))


def rooster(recording: Generator, take: Generator) -> Array:
    """A crow: three short syllables and a long one that rises and falls."""
    pitch = recording.uniform(420, 820)
    stretch = recording.uniform(0.75, 1.4)
    slope = recording.uniform(0.4, 1.1)
    hoarse = recording.uniform(0.02, 0.3)
    throat = recording.uniform(1_300, 2_600)
    peak = recording.uniform(1.25, 1.7)
    syllables = ((0.20, 0.85, 1.05), (0.12, 1.1, 1.2), (0.25, 1.0, 1.3), (1.0, 0.75, peak))
    sound = np.zeros(SAMPLES)
    start = take.uniform(0.0, 2.8)
    for seconds, low, high in syllables:
        ramp = progress(seconds * stretch * take.uniform(0.9, 1.1))
        rise = arch(ramp, 0.7)
        glide = pitch * (low + (high - low) * rise)
        crow = voice(glide, slope) + hoarse * white(take, ramp.size)
        add(sound, start, rise**0.5 * high * crow)
        start += ramp.size / SAMPLE_RATE + 0.06 * stretch
    return filtered(sound, resonances([throat, 1.8 * throat], [900, 1_300], floor=0.08))


def rain(recording: Generator, take: Generator) -> Array:
    """Steady filtered noise, with single drops that ring on whatever they hit."""
    low = log_uniform(recording, 200, 1_500)
    high = log_uniform(recording, 3_000, 14_000)
    per_second = log_uniform(recording, 15, 250)
    drops = recording.uniform(0.1, 2.0)
    surface = recording.uniform(900, 5_000)
    gusts = recording.uniform(0.02, 0.25)
    slope = recording.uniform(-0.6, 0.1)
    hiss = noise(take, band(low, high, slope)) * wander(take, 2.0, gusts)
    impulses = sprinkled(take, per_second, 0.7)
    return hiss + drops * ringing(impulses, surface, 0.004)


def sea_waves(recording: Generator, take: Generator) -> Array:
    """Low noise that swells every 6 to 10 s, brightest where a wave breaks."""
    period = recording.uniform(6.0, 10.0)
    depth = recording.uniform(0.3, 0.95)
    high = log_uniform(recording, 400, 5_000)
    foam = recording.uniform(0.1, 1.0)
    slope = recording.uniform(-0.7, -0.1)
    steepness = recording.uniform(1.0, 4.0)
    phase = take.uniform(0.0, 1.0) + np.arange(SAMPLES) / (SAMPLE_RATE * period)
    swell = (0.5 - 0.5 * np.cos(2 * np.pi * phase)) ** steepness
    body = noise(take, band(60, high, slope)) * (1 - depth + depth * swell)
    spray = noise(take, band(600, 9_000, -0.4)) * (0.05 + swell**2)
    return body * wander(take, 3.0, 0.1) + foam * spray


def crackling_fire(recording: Generator, take: Generator) -> Array:
    """Sparse bursts of noise, few of them loud, over the rumble and hiss of the flames."""
    per_second = log_uniform(recording, 4, 50)
    spread = recording.uniform(0.7, 1.4)
    seconds = log_uniform(recording, 0.001, 0.008)
    rumble = recording.uniform(0.02, 0.4)
    hiss = recording.uniform(0.005, 0.2)
    low = recording.uniform(500, 2_500)
    bursts = decaying(sprinkled(take, per_second, spread), seconds)
    bursts += 3 * decaying(sprinkled(take, 0.6, 0.4), 4 * seconds)
    crackle = unit_power(filtered(bursts * white(take, SAMPLES), band(low, 15_000, -0.2)))
    flames = rumble * noise(take, band(40, 250, -0.5)) * wander(take, 4.0, 0.3)
    return crackle * 0.5 + flames + hiss * noise(take, band(300, 6_000, -0.3))


def crying_baby(recording: Generator, take: Generator) -> Array:
    """Harmonic wails with vibrato, each followed by a drawn breath."""
    pitch = recording.uniform(350, 550)
    seconds = recording.uniform(0.5, 1.4)
    pause = recording.uniform(0.15, 0.5)
    slope = recording.uniform(0.5, 1.2)
    vibrato = recording.uniform(0.005, 0.03)
    formants = [recording.uniform(900, 1_500), recording.uniform(2_600, 3_800)]
    breath = recording.uniform(0.03, 0.3)
    sound = np.zeros(SAMPLES)
    start = take.uniform(0.0, 1.2)
    while start < SECONDS - 0.3:
        ramp = progress(seconds * take.uniform(0.7, 1.3))
        sway = vibrato * np.sin(2 * np.pi * 6 * ramp * seconds)
        rise = arch(ramp, 0.6)
        glide = pitch * take.uniform(0.92, 1.08) * (0.85 + 0.25 * rise + sway)
        add(sound, start, rise**0.6 * voice(glide, slope))
        start += ramp.size / SAMPLE_RATE
        gasp = progress(pause * take.uniform(0.8, 1.3))
        add(sound, start, breath * np.sin(np.pi * gasp) * white(take, gasp.size))
        start += gasp.size / SAMPLE_RATE
    return filtered(sound, resonances(formants, [500, 900], floor=0.06))


def sneezing(recording: Generator, take: Generator) -> Array:
    """One or two sneezes: breath drawn in, then a burst of high noise that dies away."""
    inhale = recording.uniform(0.2, 0.7)
    gasp = recording.uniform(0.05, 0.3)
    seconds = recording.uniform(0.2, 0.55)
    pitch = recording.uniform(150, 450)
    voiced = recording.uniform(0.05, 0.9)
    mouth = recording.uniform(1_200, 4_500)
    sound = np.zeros(SAMPLES)
    start = take.uniform(0.0, 2.4)
    for _ in range(int(take.integers(1, 3))):
        ramp = progress(inhale * take.uniform(0.8, 1.2))
        add(sound, start, gasp * ramp**1.5 * (1 - ramp**8) * white(take, ramp.size))
        start += ramp.size / SAMPLE_RATE + 0.03
        ramp = progress(seconds * take.uniform(0.8, 1.2))
        burst = white(take, ramp.size) * np.minimum(1, 25 * ramp) * np.exp(-5 * ramp)
        cry = voice(pitch * (1.3 - 0.6 * ramp), 1.0) * arch(ramp, 0.7) ** 2
        add(sound, start, (burst + voiced * cry) * (1 - ramp))
        start += ramp.size / SAMPLE_RATE + take.uniform(0.3, 0.9)
    return filtered(sound, resonances([mouth, 2.1 * mouth], [mouth, 1.5 * mouth], floor=0.1))


def clock_tick(recording: Generator, take: Generator) -> Array:
    """Regular resonant clicks, tick and tock in turn, from 1 to 5 a second."""
    per_second = recording.uniform(1.0, 5.0)
    hertz = [log_uniform(recording, 900, 5_500) for _ in range(3)]
    seconds = [log_uniform(recording, 0.002, 0.02) for _ in range(3)]
    tock = recording.uniform(0.3, 1.0)
    detune = recording.uniform(0.8, 1.0)
    scrape = recording.uniform(0.0, 0.6)
    impulse = np.zeros(round(0.15 * SAMPLE_RATE))
    impulse[0] = 1.0
    shapes = [
        height * sum(ringing(impulse, ratio * f, s) for f, s in zip(hertz, seconds, strict=True))
        for height, ratio in ((1.0, 1.0), (tock, detune))
    ]
    rasp = scrape * decaying(impulse, 0.002)
    sound = np.zeros(SAMPLES)
    starts = np.arange(take.uniform(0.0, 1 / per_second), SECONDS - 0.01, 1 / per_second)
    for number, start in enumerate(starts):
        click = shapes[number % 2] + rasp * white(take, impulse.size)
        add(sound, start, take.uniform(0.85, 1.15) * click)
    return sound


def helicopter(recording: Generator, take: Generator) -> Array:
    """Rotor: low pulses 10 to 25 times a second, over the noise of air and turbine."""
    per_second = recording.uniform(10.0, 25.0)
    sharpness = recording.uniform(1.0, 8.0)
    high = log_uniform(recording, 150, 1_200)
    wash = recording.uniform(0.1, 0.8)
    whine = recording.uniform(0.0, 0.3)
    turbine = recording.uniform(400, 2_500)
    approach = recording.uniform(0.0, 0.7)
    cycles = np.cumsum(per_second * wander(take, 1.0, 0.01)) / SAMPLE_RATE
    pulses: Array = np.exp(sharpness * (np.cos(2 * np.pi * cycles) - 1))
    thump = noise(take, band(30, high, -0.5)) * unit_power(pulses)
    air = noise(take, band(150, 5_000, -0.5)) * (0.5 + 0.5 * pulses)
    tone = voice(turbine * wander(take, 2.0, 0.003), 2.0)
    nearing: Array = np.exp(approach * curve([0.0, SECONDS], take.uniform(-1.0, 1.0, 2)))
    return nearing * (thump + wash * air + 0.3 * whine * tone)


def chainsaw(recording: Generator, take: Generator) -> Array:
    """A two-stroke engine at 60 to 160 Hz, idling and revving, with a rough exhaust."""
    idle = recording.uniform(60, 100)
    top = recording.uniform(1.1, 1.6) * idle
    slope = recording.uniform(0.5, 1.2)
    rough = recording.uniform(0.1, 0.9)
    body = log_uniform(recording, 300, 3_000)
    chain = recording.uniform(0.05, 0.6)
    hold = recording.uniform(0.4, 1.6)
    points = np.arange(-take.uniform(0.0, hold), SECONDS + hold, hold)
    throttle = curve(points, take.uniform(0.0, 1.0, points.size) ** 0.5)
    pitch = (idle + (top - idle) * throttle) * wander(take, 40.0, 0.02)
    engine = voice(pitch, slope)
    exhaust = noise(take, band(100, 8_000, -0.4))
    sound = engine + rough * exhaust * np.abs(engine)
    sound += chain * throttle * white(take, SAMPLES)
    return filtered(sound * (0.4 + 0.6 * throttle), resonances([body, 2.7 * body], [body, body]))


SYNTHESISERS: dict[int, Synthesiser] = {
    0: dog,
    1: rooster,
    10: rain,
    11: sea_waves,
    12: crackling_fire,
    20: crying_baby,
    21: sneezing,
    38: clock_tick,
    40: helicopter,
    41: chainsaw,
}
"""For each ESC-50 target number that is also in ESC-10, the function that makes its sound."""
