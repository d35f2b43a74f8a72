"""The objects of a PDF page by their addresses: what they are, and where they stand."""

import ctypes
from collections.abc import Sequence
from itertools import repeat

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from citewire.services.reading.pdf.chars import Floats, prototype

FARTHEST = 1e6
"""Points; a broken file may say any number."""

MAX_DEPTH = 4
"""Of forms in forms in which pictures are looked for."""

_P = ctypes.c_void_p
_COUNT = prototype(pdfium.FPDFPage_CountObjects, ctypes.c_int, _P)
_GET = prototype(pdfium.FPDFPage_GetObject, ctypes.c_size_t, _P, ctypes.c_int)
_TYPE = prototype(pdfium.FPDFPageObj_GetType, ctypes.c_int, _P)
_BOUNDS = prototype(pdfium.FPDFPageObj_GetBounds, ctypes.c_int, _P, _P, _P, _P, _P)


def objects_on(page: pypdfium2.PdfPage, most: int) -> list[int]:
    """The addresses of the objects of `page`, without what is in its forms; none of over `most`."""
    handle = ctypes.cast(page.raw, _P).value or 0
    count = _COUNT(handle)
    return list(map(_GET, repeat(handle), range(count))) if 0 < count <= most else []


def kinds_of(objects: Sequence[int]) -> NDArray[np.int8]:
    """What each object is, as pdfium numbers them (`FPDF_PAGEOBJ_PATH` and others)."""
    return np.fromiter(map(_TYPE, objects), np.int8, len(objects))


def bounds_of(objects: Sequence[int]) -> Floats:
    """The rectangle of each object, n rows of x0, y0, x1, y1 in its own coordinates."""
    bounds = np.zeros((len(objects), 4), np.float32)
    start = bounds.ctypes.data
    ends = range(start, start + 16 * len(objects), 16)
    places = (range(ends.start + 4 * n, ends.stop + 4 * n, 16) for n in range(4))
    for _ in map(_BOUNDS, objects, *places):
        pass
    return np.asarray(np.clip(np.nan_to_num(bounds), -FARTHEST, FARTHEST), np.float32)


def area_of_pictures(page: pypdfium2.PdfPage) -> float:
    """Square points under pictures; more than the page has if they lie on each other."""
    area = 0.0
    for image in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=MAX_DEPTH):
        left, bottom, right, top = image.get_bounds()
        area += (right - left) * (top - bottom)
    return float(area)
