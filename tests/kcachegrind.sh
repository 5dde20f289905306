#!/bin/bash
# kcachegrind.sh [OPTION]... FILE...: open callgrind files in KCachegrind on a
# screen of their own, print what its loader says of them, and close it.
# Exit 0: loaded without a word; 1: it complained; 2: it could not be run.
#
#   -o PNG     take a picture (needs imagemagick)
#   -f NAME    the function shown, as KCachegrind names it (default main)
#   -a VIEW    the view above:  Types Callers AllCallers CalleeMap Source
#   -b VIEW    the view below:  Parts Callees CallGraph AllCallees CallerMap
#              Instr
#   -g GROUP   group functions by Object, Class, "Source File" or Cycle
#   -e EVENT   the event shown first     -E EVENT  and second
#   -s SIZE    of the window, default 1200x760
#   -p SHARE   per cent of the height for the view above, default 50
#   -n         absolute numbers, not per cent
set -u
function=main above=Source below=CallGraph group= event= event2= size=1200x760
share=50 percent=true picture=
while getopts o:f:a:b:g:e:E:s:p:n option; do
    case $option in
    o) picture=$OPTARG ;;
    f) function=$OPTARG ;;
    a) above=$OPTARG ;;
    b) below=$OPTARG ;;
    g) group=$OPTARG ;;
    e) event=$OPTARG ;;
    E) event2=$OPTARG ;;
    s) size=$OPTARG ;;
    p) share=$OPTARG ;;
    n) percent=false ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || exit 2
for command in Xvfb kcachegrind xdotool dbus-run-session; do
    command -v $command >/dev/null || {
        echo "no $command"
        exit 2
    }
done
[ "$group" = Object ] && group='ELF Object'
[ "$group" = Cycle ] && group='Function Cycle'

work=$(mktemp -d "${TMPDIR:-/tmp}/prof-kcachegrind.XXXXXX")
started=
finish() {
    for pid in $started; do
        kill -- "-$pid" 2>/dev/null || kill "$pid" 2>/dev/null
    done
    wait 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 2' HUP INT TERM

# --- settings: which views, and nobody's own ---------------------------------
view() {
    case $1 in
    Types) echo EventTypeView ;;
    *s) echo "${1%s}View" ;;
    *) echo "$1View" ;;
    esac
}
tabs() {
    for name; do
        view "$name"
    done | paste -sd,
}
mkdir -p "$work"/{home,config,cache,data,run}
chmod 700 "$work/run"
export HOME=$work/home XDG_CONFIG_HOME=$work/config XDG_CACHE_HOME=$work/cache
export XDG_DATA_HOME=$work/data XDG_RUNTIME_DIR=$work/run
cat >"$work/config/kcachegrindrc" <<END
[TipOfDay]
RunOnStart=false
[GeneralSettings]
ShowPercentage=$percent
MaxSymbolLength=60
[CurrentState]
GroupType=$group
EventType=$event
EventType2=$event2
[MainView]
Panels=1
Orientation=Vertical
[MainView-TabView-1]
ActiveTop=$(view "$above")
ActiveBottom=$(view "$below")
ActiveItemType=Function
ActiveItemName=$function
TopTabs=$(tabs Types Callers AllCallers CalleeMap Source)
BottomTabs=$(tabs Parts Callees CallGraph AllCallees CallerMap Instr)
TopSize=$share
LeftSize=0
RightSize=0
END

# --- a screen, and the program ----------------------------------------------
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
mkfifo "$work/display"
Xvfb -displayfd 3 -screen 0 "${size}x24" -nolisten tcp -noreset \
    3>"$work/display" >"$work/xvfb.log" 2>&1 &
started="$started $!"
read -r -t 20 display <"$work/display" || {
    echo "Xvfb does not start"
    cat "$work/xvfb.log"
    exit 2
}
export DISPLAY=:$display QT_QPA_PLATFORM=xcb LC_ALL=C.UTF-8
# The loader's words are debugging messages.
export QT_LOGGING_RULES='*.debug=true;qt.*=false;kf.*=false'
setsid dbus-run-session -- kcachegrind "$@" >"$work/log" 2>&1 &
program=$!
started="$program $started"

titles() {
    for window in $(xdotool search --onlyvisible --name . 2>/dev/null); do
        xdotool getwindowname "$window" 2>/dev/null
    done
}
# Processor time of the program and of what it started (dot, objdump): it has a
# session of its own.
busy() {
    cat /proc/[0-9]*/stat 2>/dev/null | sed 's/(.*)/()/' |
        awk -v session="$program" '$6 == session { all += $14 + $15 }
            END { print all + 0 }'
}
name=$(basename "$1")
state=
for ((i = 0; i < 300; i++)); do
    sleep 0.1
    kill -0 "$program" 2>/dev/null || {
        echo "kcachegrind ended"
        cat "$work/log"
        exit 2
    }
    case $(titles) in
    *Error*) state=error && break ;;
    *"$name"*) state=loaded && break ;;
    esac
done
still=0
last=
if [ "$state" = loaded ]; then
    for window in $(xdotool search --onlyvisible --class kcachegrind); do
        xdotool windowmove "$window" 0 0 windowsize "$window" \
            "${size%x*}" "${size#*x}" 2>/dev/null
    done
    for ((i = 0; i < 200 && still < 5; i++)); do
        sleep 0.1
        now=$(busy)
        [ "$now" = "$last" ] && still=$((still + 1)) || still=0
        last=$now
    done
fi
if [ -n "$picture" ]; then
    sleep 1
    import -window root "$picture"
fi

# --- what it said -------------------------------------------------------------
grep -aE '^Loading ".*" *: *[0-9]+ *:|^(Error|Warning) ' "$work/log" && exit 1
[ "$state" = loaded ] || {
    echo "not loaded: $(titles | paste -sd' ')"
    exit 1
}
exit 0
