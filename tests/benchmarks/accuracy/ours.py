"""Our model as a contender, with any part of its configuration changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from protocol import Said, Task

from model.classifier import act_probabilities, relevance_and_stance
from model.features import words_of
from training.counts import count
from training.fit import FitConfig, fit_acts, gather, score_acts


@dataclass(frozen=True, slots=True)
class Ours:
    """The shipped classifier, uncalibrated: calibration does not change the order of posts of one fold."""

    name: str = "ours"
    config: FitConfig = field(default_factory=FitConfig)
    concepts: bool = True

    def fit(self, task: Task) -> Callable[[Sequence[str], Sequence[str]], Said]:
        """Fit on the task's examples and background."""
        examples = [task.corpus.examples[i] for i in task.chosen]
        rows = gather(examples, task.background, self.config)
        texts = rows.texts if self.concepts else [words_of(text) for text in rows.texts]
        counts = count(texts, self.config.features, jobs=1)
        pipeline = fit_acts(rows, counts, np.arange(len(texts)), self.config)

        def score(_: Sequence[str], prepared: Sequence[str]) -> Said:
            seen = list(prepared) if self.concepts else [words_of(text) for text in prepared]
            own = count(seen, self.config.features, jobs=1)
            acts = act_probabilities(score_acts(pipeline, own, np.arange(len(seen))))
            relevance, stance = relevance_and_stance(acts)
            return Said(relevance * stance, stance, acts)

        return score
