"""Measuring answers: questions with the clauses that answer them, metrics with intervals, a gate."""

from kb.evals.gate import Floors, read_floors, violations
from kb.evals.metrics import Difference, Measure, compare, measure, slices
from kb.evals.questions import KINDS, Question, read_questions
from kb.evals.results import Results, read_results, write_results
from kb.evals.run import run

__all__ = [
    "KINDS",
    "Difference",
    "Floors",
    "Measure",
    "Question",
    "Results",
    "compare",
    "measure",
    "read_floors",
    "read_questions",
    "read_results",
    "run",
    "slices",
    "violations",
    "write_results",
]
