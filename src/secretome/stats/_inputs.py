"""Conversion and checks of what the caller passes: samples, pairs, labels, numbers, choices and random generators."""

import numbers
from collections.abc import Iterable, Mapping, Sequence, Set
from decimal import Decimal
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
NanPolicy = Literal["raise", "omit"]

# Sums, ranges and intervals of larger values may overflow.
MAX_VALUE = 1e290

# NumPy's one-letter kinds of arrays that are not real numbers, and their names in a message.
_NOT_NUMBERS = {
    "b": "booleans",
    "c": "complex numbers",
    "M": "dates",
    "m": "durations",
    "U": "text",
    "S": "text",
    "T": "text",
    "V": "records",
}


def as_vector(values: ArrayLike, name: str) -> Floats:
    """Return `values` as a one-dimensional array of floats, in which None, masked values and pandas' NA are NaN.

    Raises
    ------
    TypeError
        If the values are not real numbers: booleans, complex numbers, dates, durations and text are refused, even text
        that shows a number.
    ValueError
        If the values do not form a one-dimensional array, or one is too large for a floating-point number.
    """
    given: Any = values
    if isinstance(values, (list, tuple)):
        # NumPy turns True into 1 and warns of a masked element, so both are checked first.
        if any(isinstance(value, (bool, np.bool_)) for value in values):
            _refuse_kind(name, "booleans")
        given = [None if value is np.ma.masked else value for value in values]
    try:
        array = np.asarray(given)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"{name} must be one-dimensional; it holds sequences of different lengths.") from None
    if array.ndim == 0:
        raise ValueError(f"{name} must be a one-dimensional array; it is a single {type(values).__name__}.")
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional; it has {array.ndim} dimensions.")
    if array.dtype.kind in _NOT_NUMBERS:
        _refuse_kind(name, _NOT_NUMBERS[array.dtype.kind])
    if array.dtype.kind == "O":
        vector = np.array([_as_float(value, name) for value in array.tolist()], dtype=np.float64)
    else:
        # A longer float may exceed the largest double: it becomes infinite, and is rejected if infinity has no meaning.
        with np.errstate(over="ignore"):
            vector = array.astype(np.float64)
    if isinstance(values, np.ma.MaskedArray):
        vector[np.ma.getmaskarray(values)] = np.nan
    return vector


def as_matrix(rows: ArrayLike, name: str) -> Floats:
    """Return a table of numbers as a two-dimensional array, each row as `as_vector` does."""
    try:
        shape = np.shape(rows)
    except ValueError:
        raise ValueError(f"{name} must be a table; its rows have different lengths.") from None
    if len(shape) != 2:
        raise ValueError(f"{name} must have two dimensions, rows and columns; its shape is {shape}.")
    return np.array([as_vector(row, f"{name}[{position}]") for position, row in enumerate(np.asarray(rows))]).reshape(
        shape
    )


def as_sample(values: ArrayLike, name: str, nan_policy: NanPolicy = "raise", axis: int | None = None) -> Floats:
    """Return `values` as an array of finite floats with the sample along the last axis, or raise an error.

    Masked values, None and pandas' NA are missing, as NaN is. Without `axis`, the array must be one-dimensional.
    """
    sample = _as_array(values, name, axis)
    return _checked(_without_nan(sample, np.isnan(sample), name, nan_policy), name)


def _checked(sample: Floats, name: str) -> Floats:
    if sample.size == 0:
        raise ValueError(f"{name} is empty.")
    # Only a finite value makes this false.
    if not (largest := max(float(sample.max()), -float(sample.min()))) <= MAX_VALUE:
        if not np.isfinite(largest):
            raise ValueError(f"{name} contains an infinite value; use a method for censored values if it is censored.")
        raise ValueError(
            f"{name} contains an absolute value larger than {MAX_VALUE:g}, for which sums overflow; use another unit."
        )
    return sample


def as_samples(samples: Sequence[ArrayLike], nan_policy: NanPolicy = "raise", axis: int | None = None) -> list[Floats]:
    """Return two samples or more, each as `as_sample` does, named by their position."""
    if hasattr(samples, "columns"):
        raise TypeError(
            "samples must be a sequence of arrays, not a table; pass [table[name] for name in table.columns]."
        )
    if (
        isinstance(samples, (str, bytes, Mapping, Set))
        or not isinstance(samples, Iterable)
        or getattr(samples, "ndim", 1) == 0
    ):
        raise TypeError(
            f"samples must be a sequence of one-dimensional arrays, one per group; it is a {type(samples).__name__}."
        )
    named = {f"samples[{position}]": sample for position, sample in enumerate(samples)}
    checked = {name: as_sample(sample, name, nan_policy, axis) for name, sample in named.items()}
    if len(checked) < 2:
        raise ValueError(f"samples must hold two samples or more; it holds {len(checked)}.")
    _check_batches(checked)
    return list(checked.values())


def as_two_samples(
    x: ArrayLike, y: ArrayLike, nan_policy: NanPolicy = "raise", *, paired: bool = False, axis: int | None = None
) -> tuple[Floats, Floats]:
    """Return x and y, each as `as_sample` does; with `paired`, as `as_pairs` does."""
    if paired:
        return as_pairs(x, y, nan_policy, axis)
    first, second = as_sample(x, "x", nan_policy, axis), as_sample(y, "y", nan_policy, axis)
    _check_batches({"x": first, "y": second})
    return first, second


def as_pairs(
    x: ArrayLike, y: ArrayLike, nan_policy: NanPolicy = "raise", axis: int | None = None
) -> tuple[Floats, Floats]:
    """Return two samples of one length; ``nan_policy="omit"`` drops the whole pair."""
    left, right = _as_array(x, "x", axis), _as_array(y, "y", axis)
    if left.shape != right.shape:
        shapes = (left.size, right.size) if axis is None else (left.shape, right.shape)
        raise ValueError(f"x and y are pairs and must have one length; they have {shapes[0]} and {shapes[1]} values.")
    missing = np.isnan(left) | np.isnan(right)
    left = _without_nan(left, missing, "x or y", nan_policy)
    right = _without_nan(right, missing, "x or y", nan_policy)
    return _checked(left, "x"), _checked(right, "y")


def as_complete(values: ArrayLike, name: str, axis: int | None = None) -> Floats:
    """Return `values` as `as_sample` does, infinite ones included, not empty and without a missing value."""
    vector = _as_array(values, name, axis)
    if vector.size == 0:
        raise ValueError(f"{name} is empty.")
    missing = int(np.isnan(vector).sum())
    if missing:
        raise ValueError(f"{name} holds {missing} missing value(s) (NaN); drop them from every array.")
    return vector


def as_labels(group: ArrayLike, name: str = "group") -> NDArray[np.generic]:
    """Return group labels as a one-dimensional array that can be sorted, none of them missing.

    Raises
    ------
    TypeError
        If text and numbers are mixed, because NumPy would make 1 and "1" one group.
    ValueError
        If the labels do not form a one-dimensional array, or one is missing: None, NaN, NaT, NA, masked or blank text.
    """
    mask = np.ma.getmaskarray(group) if isinstance(group, np.ma.MaskedArray) else np.False_
    try:
        labels = np.asarray(group)
        given = np.asarray(group, dtype=object)
    except ValueError:
        raise ValueError(f"{name} must be one-dimensional; it holds sequences of different lengths.") from None
    if labels.ndim != 1 or given.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional; it has {labels.ndim} dimensions.")
    missing = int((np.array([_is_missing(label) for label in given.tolist()], dtype=bool) | mask).sum())
    if missing:
        raise ValueError(f"{name} holds {missing} missing label(s); label each value, or drop it from every array.")
    kinds = sorted(
        {"text" if isinstance(label, (str, bytes)) else "other values" for label in given.tolist()}, reverse=True
    )
    if len(kinds) > 1:
        raise TypeError(f"{name} must hold labels of one kind; it holds text and other values.")
    try:
        np.unique(labels)
    except TypeError:
        raise TypeError(f"{name} must hold labels that can be sorted, such as text or numbers.") from None
    return labels


def check_one_length(**arrays: NDArray[Any]) -> None:
    """Refuse arrays that differ in length, naming each with its length."""
    if len({array.shape for array in arrays.values()}) > 1:
        lengths = ", ".join(f"{name} has {array.size} values" for name, array in arrays.items())
        raise ValueError(f"all arrays must have one length: {lengths}.")


def positive(sample: Floats, name: str) -> Floats:
    """Return `sample` if every value has a logarithm."""
    if (sample <= 0).any():
        raise ValueError(f"{name} contains a value that is not positive, whose logarithm is not defined.")
    return sample


def as_real(value: object, name: str) -> float:
    """Return a finite number as a float."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (numbers.Real, Decimal)):
        raise TypeError(f"{name} must be a number; it is {value!r}.")
    try:
        number = float(value)
    except (OverflowError, ValueError):
        number = np.nan
    if not np.isfinite(number):
        raise ValueError(f"{name} must be a finite number; it is {value!r}.")
    return number


def as_position(value: object, name: str, length: int) -> int:
    """Return an index of a sample, which must be a whole number from 0 to `length` - 1."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be the position of a sample, a whole number; it is {value!r}.")
    if not 0 <= int(value) < length:
        raise ValueError(f"{name} must be the position of a sample, 0 to {length - 1}; it is {value!r}.")
    return int(value)


def as_generator(rng: np.random.Generator | None) -> np.random.Generator:
    """Return the generator, or one with a fixed seed when there is none."""
    if rng is None:
        return np.random.default_rng(0)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, such as numpy.random.default_rng(0); it is {rng!r}.")
    return rng


def check_choice(value: str, choices: tuple[str, ...], name: str) -> None:
    """Raise an error that lists the choices if an argument is not one of them."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}; it is {value!r}.")


def check_level(level: float, name: str = "confidence_level") -> float:
    """Refuse a confidence level outside (0, 1)."""
    number = as_real(level, name)
    # Beyond the last floating-point numbers below 1 every quantile is infinite.
    if not (number > 0 and (1 + number) / 2 < 1):
        raise ValueError(f"{name} must lie between 0 and 1; it is {level!r}.")
    return number


def _as_float(value: object, name: str) -> float:
    if value is None or type(value).__name__ == "NAType":
        return float("nan")
    if isinstance(value, (bool, np.bool_)):
        _refuse_kind(name, "booleans")
    # NumPy's durations are registered as whole numbers.
    if isinstance(value, np.timedelta64) or not isinstance(value, (numbers.Real, Decimal)):
        _refuse_kind(name, f"a value of type {type(value).__name__}")
    try:
        return float(value)
    except (OverflowError, ValueError):
        raise ValueError(f"{name} holds a value that is too large for a floating-point number.") from None


def _is_missing(label: object) -> bool:
    if isinstance(label, str):
        return not label.strip()
    if label is None or label is np.ma.masked or type(label).__name__ == "NAType":
        return True
    # NaN and NaT are the only values that differ from themselves.
    different = label != label
    return isinstance(different, (bool, np.bool_)) and bool(different)


def _refuse_kind(name: str, kind: str) -> NoReturn:
    raise TypeError(f"{name} must hold real numbers; it holds {kind}.")


def _as_array(values: ArrayLike, name: str, axis: int | None) -> Floats:
    """Return a one-dimensional array of floats or, with `axis`, one of any dimension with `axis` moved to the end."""
    if axis is None:
        return as_vector(values, name)
    if isinstance(axis, (bool, np.bool_)) or not isinstance(axis, numbers.Integral):
        raise TypeError(f"axis must be a whole number; it is {axis!r}.")
    array = np.asarray(values)
    if array.ndim == 0 or not -array.ndim <= axis < array.ndim:
        raise ValueError(f"{name} has no axis {axis}; its shape is {array.shape}.")
    if array.dtype.kind in _NOT_NUMBERS:
        _refuse_kind(name, _NOT_NUMBERS[array.dtype.kind])
    if array.dtype.kind == "O":
        raise ValueError(f"{name} must be an array of numbers when axis is given; it holds objects.")
    floats = array.astype(np.float64, copy=False)
    if isinstance(values, np.ma.MaskedArray):
        floats = np.where(np.ma.getmaskarray(values), np.nan, floats)
    return np.ascontiguousarray(np.moveaxis(floats, axis, -1))


def _check_batches(samples: Mapping[str, Floats]) -> None:
    """Raise an error unless all samples have the same shape except for the last axis."""
    if len({sample.shape[:-1] for sample in samples.values()}) > 1:
        shapes = ", ".join(f"{name} has {sample.shape[:-1]}" for name, sample in samples.items())
        raise ValueError(f"all samples must have one shape, except along the axis of the values: {shapes}.")


def _without_nan(sample: Floats, missing: NDArray[np.bool_], name: str, nan_policy: NanPolicy) -> Floats:
    check_choice(nan_policy, ("raise", "omit"), "nan_policy")
    if not missing.any():
        return sample
    if sample.ndim > 1:
        raise ValueError(f"{name} holds missing values (NaN), which cannot be omitted when axis is given; drop them.")
    if nan_policy == "raise":
        raise ValueError(
            f'{name} holds {int(missing.sum())} missing value(s) (NaN); drop them, or pass nan_policy="omit".'
        )
    return sample[~missing]
