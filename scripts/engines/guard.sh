#!/bin/sh
# Ends an engine once whoever started it closes this script's input, or is gone in whatever way: then its input
# ends as well. So nothing stays behind an exit, a signal, a crash or a kill -9 of Node.
#
#   guard.sh FOLDER NAMES
#
# The engine's processes are those whose command line names FOLDER and whose program's name matches NAMES, an
# extended regular expression. Process groups don't do: Pushpin puts each of its services into one of its own.
# Ends with status 1 if something can't be ended; removes FOLDER otherwise.
folder=$1
names=$2
trap '' HUP INT TERM
command -v ps >/dev/null && command -v awk >/dev/null || exit 127

# One process a line: its id, its parent's.
members() {
  ps -A -ww -o pid=,ppid=,args= | awk -v folder="$folder" -v names="^($names)\$" '
    index($0, folder) { name = $3; sub(/.*\//, "", name); if (name ~ names) print $1, $2 }'
}

# The members that no other member started: they end their own children.
roots() {
  awk '{ parent[$1] = $2 } END { for (id in parent) if (!(parent[id] in parent)) print id }'
}

while read -r _; do :; done

told=' '
tenths=0
while found=$(members) && [ -n "$found" ]; do
  if [ "$tenths" -ge 80 ]; then exit 1; fi
  if [ "$tenths" -ge 60 ]; then # Pushpin itself gives its services 4 s
    for id in $(echo "$found" | awk '{ print $1 }'); do kill -KILL "$id" 2>/dev/null; done
  else
    for id in $(echo "$found" | roots); do
      # Once: a second signal makes Pushpin drop its services.
      case $told in *" $id "*) continue ;; esac
      kill -TERM "$id" 2>/dev/null
      told="$told$id "
    done
  fi
  sleep 0.1
  tenths=$((tenths + 1))
done
rm -rf "$folder"
