"""Counts the words of a text; forms of one word ("run", "runs", "running") count together."""

import collections
import logging
import re

import snowballstemmer

logger = logging.getLogger()
logger.setLevel(logging.INFO)

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def handler(event, context):
    """Takes {"text": ..., "language": "english", "top": 10}; answers the most frequent words."""
    words = WORD.findall(event["text"].casefold())
    stemmer = snowballstemmer.stemmer(event.get("language", "english"))
    counts = collections.Counter()
    first_form = {}
    for word, stem in zip(words, stemmer.stemWords(words)):
        counts[stem] += 1
        first_form.setdefault(stem, word)
    logger.info("%d words, %d different ones", len(words), len(counts))
    top = counts.most_common(event.get("top", 10))
    return {"words": len(words), "top": [{"word": first_form[stem], "count": count} for stem, count in top]}
