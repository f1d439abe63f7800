"""numpy: linear algebra, array types, and random numbers from a seed."""

import numpy

count = 0


def handler(event, context):
    global count
    count += 1
    matrix = numpy.array(event["matrix"], dtype=float)
    return {
        "count": count,
        "solution": numpy.linalg.solve(matrix, numpy.array(event["vector"])).round(12).tolist(),
        "determinant": float(numpy.linalg.det(matrix).round(12)),
        "eigenvalues": numpy.linalg.eigvalsh(matrix).round(12).tolist(),
        "spectrum": [float(abs(x).round(12)) for x in numpy.fft.fft(event["vector"])],
        "draws": numpy.random.default_rng(7).integers(0, 100, 3).tolist(),
        "file": numpy.__file__,
    }


def scalar(event, context):
    """What numpy gives is no JSON by itself."""
    return {"sum": numpy.array(event).sum()}


def singular(event, context):
    return numpy.linalg.inv(numpy.zeros((2, 2))).tolist()
