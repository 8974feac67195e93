"""Fit the map that turns questions towards the clauses that answer them (``kb.search.adapter``) on the pages' typical questions.

usage: fit_adapter.py [--index index]

One matrix and one vector, moved by Adam from nothing. Two losses: the cross-entropy of the clause that answers among all clauses, by its text and
by its gloss, with all others as negatives (van den Oord et al. 2018, "Representation learning with contrastive predictive coding"); and,
weighed ``ANSWERS`` times, the log-loss of whether the clause answers at all, over its typical questions and those that it is
silent on. Search uses a share of the map only (``kb.search.adapter.SEARCHING``). Run fit.py afterwards: all else is fitted on what this gives. Prints what the map does for the evaluation's
questions. Takes half a minute; needs torch.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, normalize

from kb.embed import Embedder, open_embedder
from kb.index import open_index
from kb.search import adapter, plain

ROOT = Path(__file__).parent.parent
EPOCHS, RATE, PENALTY, BATCH, TEMPERATURE = 30, 1e-3, 0.01, 256, 0.02
ANSWERS, PAIRS = 10.0, 144


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", type=Path, default=ROOT / "index")
    options = parser.parse_args()
    embedder = open_embedder()
    with open_index(options.index, model=embedder.name) as index:
        rows = index.rows()
        passages = index.passages(rows)
        fields = [in_order(*index.field_vectors()[field], rows) for field in ("text", "gloss")]
    places = {passage.clause_id: place for place, passage in enumerate(passages)}
    asked = {
        "yes": [(question, place) for place, passage in enumerate(passages) for question in passage.ask],
        "no": [(question, place) for place, passage in enumerate(passages) for question in passage.silent_on],
    }
    vectors = {
        kind: torch.tensor(embedder.embed_questions([plain(question) for question, _ in some]))
        for kind, some in asked.items()
    }
    clauses = {kind: torch.tensor([place for _, place in some]) for kind, some in asked.items()}
    matrix, shift = fit(vectors, clauses, fields)
    folder = ROOT / "kb" / "search"
    np.save(folder / adapter.FILE, np.vstack([matrix, shift]).astype(np.float16))
    check(places, embedder, fields[0], (matrix, shift))
    facts = {"model": embedder.name, "questions": {kind: len(some) for kind, some in asked.items()}}
    (folder / adapter.FITTED_FOR).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    print(f"written kb/search/{adapter.FILE} and {adapter.FITTED_FOR}")


def check(
    places: dict[str, int], embedder: Embedder, texts: torch.Tensor, fitted: tuple[np.ndarray, np.ndarray]
) -> None:
    """Print for how many of the evaluation's questions, none of them fitted on, the clause nearest by its text is right."""
    lines = (ROOT / "evals" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [question for question in map(json.loads, lines) if question["gold"]]
    right = [{places[clause] for group in question["gold"] for clause in group} for question in asked]
    vectors = torch.tensor(embedder.embed_questions([plain(question["question"]) for question in asked]))
    for share in (0.0, adapter.SEARCHING, adapter.JUDGING, 1.0):
        turn = [share * torch.tensor(part) for part in fitted]
        nearest = (turned(vectors, *turn) @ texts.T).argmax(1).tolist()
        found = np.mean([clause in gold for clause, gold in zip(nearest, right, strict=True)])
        print(f"{share:.0%} of the map: the nearest text is right for {found:.1%} of {len(asked)} questions")


def in_order(owners: np.ndarray, vectors: np.ndarray, rows: list[int]) -> torch.Tensor:
    """Return ``(clauses, d)`` the vector of a field per clause, zeros where it has none."""
    found = np.zeros((len(rows), vectors.shape[1]), np.float32)
    found[np.searchsorted(rows, owners)] = vectors
    return torch.tensor(found)


def fit(
    vectors: dict[str, torch.Tensor], clauses: dict[str, torch.Tensor], fields: list[torch.Tensor]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the matrix ``(d, d)`` and what is added ``(d,)``.

    Args:
        vectors: ``yes`` and ``no``: ``(n, d)`` questions that a clause answers, and near misses of one.
        clauses: For each of them, the clause.
        fields: ``(clauses, d)`` per field of the clauses.
    """
    torch.manual_seed(0)
    size = fields[0].shape[1]
    matrix, shift = torch.zeros(size, size, requires_grad=True), torch.zeros(size, requires_grad=True)
    slope, middle = torch.tensor(30.0, requires_grad=True), torch.tensor(0.85, requires_grad=True)
    turn = torch.optim.Adam([matrix, shift], lr=RATE)
    judge = torch.optim.Adam([slope, middle], lr=20 * RATE)
    # only clauses that have near misses, or who has none would always answer
    paired = torch.isin(clauses["yes"], clauses["no"]).nonzero()[:, 0]
    for _ in range(EPOCHS):
        for some in torch.randperm(len(vectors["yes"])).split(BATCH):
            asked = turned(vectors["yes"][some], matrix, shift)
            loss = sum(cross_entropy(asked @ field.T / TEMPERATURE, clauses["yes"][some]) for field in fields)
            right = paired[torch.randint(len(paired), (PAIRS,))]
            wrong = torch.randint(len(vectors["no"]), (PAIRS,))
            asked = turned(torch.cat([vectors["yes"][right], vectors["no"][wrong]]), matrix, shift)
            of = torch.cat([clauses["yes"][right], clauses["no"][wrong]])
            near = torch.stack([(asked * field[of]).sum(1) for field in fields]).amax(0)
            truth = torch.cat([torch.ones(PAIRS), torch.zeros(PAIRS)])
            loss = loss + ANSWERS * binary_cross_entropy_with_logits(slope * (near - middle), truth)
            loss = loss + PENALTY * (matrix**2).sum()
            turn.zero_grad()
            judge.zero_grad()
            loss.backward()
            turn.step()
            judge.step()
    return matrix.detach().numpy(), shift.detach().numpy()


def turned(vectors: torch.Tensor, matrix: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
    """Return ``(n, d)`` vectors turned by the map, of length 1."""
    return normalize(vectors + vectors @ matrix + shift, dim=1)


if __name__ == "__main__":
    main()
