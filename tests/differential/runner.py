"""Loads many SavedModels with one real TensorFlow, each in a process of its own, and says what happened.

    PYTHON runner.py [--processes N] [--timeout SECONDS] [--memory GIB] [--outputs] < jobs.jsonl > results.jsonl

PYTHON is any interpreter (3.8 or later) that has TensorFlow; the inspector need not be installed there. A job is one
JSON object a line:

    {"id": "anything", "path": "/the/model", "loaders": ["tf2", "tf1", "serving"], "tags": null, "inputs": null}

The loaders of Keras (keras, tfsm, tf_keras) are asked by name only.

Only ``path`` is needed. ``tags`` null is the loader's own default (["serve"] for tf1 and serving); ``inputs`` null calls
with 0.5, 0 and "a", else it is a list of files with real ones (probe.py, ``read_inputs``), each for one call of every
signature: a signature runs if all of its calls do. For each job and loader one
line comes out, in the order in which they end:

    {"id": ..., "loader": "tf2", "tensorflow": "2.21.0", "seconds": 0.4,
     "load": {"outcome": "loads"},
     "calls": {"serving_default": {"outcome": "fails", "how": "error", "type": "...", "message": "...", "invented": true}}}

``outcome`` is loads or fails, of a call runs, fails or not-called; ``how`` is error, abort, crash, hang or kill (used
more memory than allowed). ``invented`` says that the call had invented inputs: whether their refusal says anything of
the model, the same call on a healthy model tells. With ``--outputs`` a call that runs has its ``outputs``, as
[dtype, shape, first values] each.

How it works: each process of ``--processes`` is a pair of servers, one that imported TensorFlow and one that only loaded
its shared libraries (as programs in C++ have no Python kernels). Neither makes a tensor or a session; each load is a
fork of one of them, so the import is paid once. The loaders themselves are those of inspector/confirmation/probe.py.
"""

import argparse
import ctypes
import importlib
import importlib.util
import json
import os
import queue
import re
import resource
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
PROBE = os.path.join(HERE, "..", "..", "inspector", "confirmation", "probe.py")
LOADERS = ("tf2", "tf1", "serving")
KERAS = ("keras", "tfsm", "tf_keras")
SERVERS = {
    "tf2": "python",
    "tf1": "python",
    "serving": "native",
    "keras": "keras",
    "tfsm": "keras",
    "tf_keras": "keras",
}
POLL = 0.02
PATIENCE = 4  # tf1 writes a whole function library into an error message: its load gets so many times the CPU
IDLE = 10.0  # seconds without a fifth of a second of CPU
RESTARTS = 3
WORDS_KEPT = 4000
TRACEBACK_KEPT = 20000
VALUES_KEPT = 64
ABORTS = (signal.SIGABRT,)
FATAL = re.compile(r"\S+ \S+: F |F\d{4} |terminate called|Fatal Python|double free|munmap_chunk")


def load_probe():
    spec = importlib.util.spec_from_file_location("probe", PROBE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- the child of one load --------------------------------------------------------------------------------------------


def child(probe, request, events, output, keep_outputs):
    """In the forked process: one load and its calls, each told before it begins. Does not return."""
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)

        def say(event, **more):
            more["event"] = event
            os.write(events, json.dumps(more).encode() + b"\n")

        probe.settle()
        run(probe, request, say, keep_outputs)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)


def run(probe, request, say, keep_outputs):
    reals = [probe.read_inputs([path]) for path in request.get("inputs") or ()] or [{}]
    loader = probe.loader_class(request["loader"])({})
    say("started", version=loader.version)
    if keep_outputs:
        loader.took = lambda outputs: setattr(loader, "outputs", outputs_of(probe, request["loader"], loader, outputs))
    try:
        found = loader.load(request["path"], request.get("tags"))
    except BaseException as error:
        say("load-failed", traceback=shortened(traceback.format_exc()), **probe.failure(error))
        return
    signatures = {key: inputs for key, inputs in found.items() if not key.startswith("__saved_model_")}
    say("loaded", signatures=sorted(signatures))
    for key in sorted(signatures):
        if request.get("only") is None or key in request["only"]:
            say("calling", signature=key)
            outputs = []
            for real in reals:
                try:
                    report = probe.attempt(loader, key, signatures[key], real)
                except probe.BadInputs as error:
                    report = {"ok": False, "not_called": "bad inputs: %s" % error}
                if not report["ok"]:
                    break
                outputs.extend(getattr(loader, "outputs", ()))
            if report["ok"] and keep_outputs:
                report["outputs"] = outputs
            say("called", signature=key, **report)
    say("done")


def shortened(text):
    """A text of which the middle may be left out: a message may hold a whole function library."""
    return (
        text
        if len(text) <= TRACEBACK_KEPT
        else text[: TRACEBACK_KEPT // 2] + "\n[...]\n" + text[-TRACEBACK_KEPT // 2 :]
    )


def outputs_of(probe, name, loader, outputs):
    """[dtype, shape, first values] of each tensor; values as numbers or strings, complex numbers and others as text."""
    if name == "serving":
        return [native_value(probe, loader, tensor) for tensor in outputs]
    nested = name == "tf2" or name in KERAS
    tensors = loader.tf.nest.flatten(outputs, expand_composites=True) if nested else flat(outputs)
    return [array_value(tensor) for tensor in tensors]


def flat(outputs):
    for item in outputs:
        if isinstance(item, tuple):
            yield from item
        else:
            yield item


def array_value(tensor):
    try:
        array = tensor.numpy() if hasattr(tensor, "numpy") else tensor
        values = [plain(value) for value in array.reshape(-1)[:VALUES_KEPT].tolist()]
        return [str(array.dtype), list(array.shape), values]
    except Exception as error:
        if isinstance(tensor, bytes):
            return ["object", [], [plain(tensor)]]
        if not hasattr(tensor, "dtype"):
            return [type(tensor).__name__, [], []]
        return [str(tensor.dtype), [], [type(error).__name__]]


def plain(value):
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, (int, float, str)) else str(value)


def native_value(probe, loader, tensor):
    pointer = ctypes.c_void_p(tensor)
    dtype = int(loader.c("TF_TensorType")(pointer) or 0)
    rank = int(loader.c("TF_NumDims")(pointer) or 0)
    shape = [int(loader.c("TF_Dim")(pointer, ctypes.c_int(i)) or 0) for i in range(rank)]
    size = int(loader.c("TF_TensorByteSize")(pointer) or 0)
    data = ctypes.string_at(loader.c("TF_TensorData")(pointer), size) if size else b""
    count = min(probe.count_of(shape), VALUES_KEPT)
    form = probe.DTYPES.get(dtype, ("",))[0]
    if dtype == probe.STRING:
        address = loader.c("TF_TensorData")(pointer)
        return [dtype, shape, [string_at(address + 24 * i, data[24 * i : 24 * i + 24]) for i in range(count)]]
    if form == "bfloat16":
        return [dtype, shape, [struct.unpack("<f", b"\0\0" + data[2 * i : 2 * i + 2])[0] for i in range(count)]]
    if not form:
        return [dtype, shape, []]
    step = struct.calcsize("<" + form)
    parts = [struct.unpack_from("<" + form, data, step * i) for i in range(count)]
    return [dtype, shape, [part[0] if len(part) == 1 else str(complex(*part)) for part in parts]]


def string_at(address, raw):
    """A TF_TString: short ones inline, others by a pointer or an offset (core/platform/ctstring_internal.h)."""
    kind = raw[0] & 3
    if kind == 0:
        text = raw[1 : 1 + (raw[0] >> 2)]
    elif kind == 2:
        size, offset = struct.unpack_from("<II", raw)
        text = ctypes.string_at(address + offset, size >> 2)
    else:
        size, second, third = struct.unpack("<QQQ", raw)
        text = ctypes.string_at(third if kind == 1 else second, size >> 2)
    return text.decode("latin-1")


# --- the server: forks a child for each request -----------------------------------------------------------------------


def serve(kind, options):
    """Answers each request on stdin by one line on stdout. Holds TensorFlow, and nothing made by it."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    probe = load_probe()
    if kind == "python":
        probe.import_tensorflow()
    elif kind == "keras":
        os.environ["KERAS_BACKEND"] = "tensorflow"
        probe.import_tensorflow()
        for name in ("keras", "tf_keras"):
            if importlib.util.find_spec(name) is not None:
                importlib.import_module(name)
    else:
        probe.Serving({})
    for line in sys.stdin:
        request = json.loads(line)
        answers.write(json.dumps(bounded(probe, request, options)) + "\n")
        answers.flush()


def bounded(probe, request, options):
    """Forks, watches, and returns what the child said and how it ended."""
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as output:
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            child(probe, request, writing, output.fileno(), options.outputs)
        os.close(writing)
        events, killed = watch(pid, reading, options, request["loader"] == "tf1")
        os.close(reading)
        try:
            os.killpg(pid, signal.SIGKILL)  # what it may have started
        except OSError:
            pass
        if killed is None:
            _, status = os.waitpid(pid, 0)
            if os.WIFSIGNALED(status):
                number = os.WTERMSIG(status)
                killed = ["abort" if number in ABORTS else "crash", "ended by signal %d" % number]
            elif not events or events[-1]["event"] not in ("done", "load-failed"):
                killed = ["crash", "ended with exit code %d" % os.WEXITSTATUS(status)]
        else:
            os.waitpid(pid, 0)
        output.seek(max(0, output.seek(0, 2) - 20000))
        words = output.read().decode("utf-8", "replace")
    return {"events": events, "killed": killed, "output": words[-WORDS_KEPT:] if killed else ""}


def watch(pid, reading, options, patient):
    """Events until the child closes its pipe; kills it when a step takes too long or too much memory."""
    events, rest = [], b""
    begun = moved = time.monotonic()
    computed = spent = 0.0
    while True:
        if select.select([reading], [], [], POLL)[0]:
            data = os.read(reading, 1 << 20)
            if not data:
                return events, None
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                events.append(dict(json.loads(line), at=time.time()))
            begun, spent = time.monotonic(), computed
        now = time.monotonic()
        memory, cpu = usage(pid)
        if cpu > computed + 0.2:
            computed, moved = cpu, now
        killed = None
        if memory > options.memory * (1 << 30):
            killed = ["kill", "used more than %g GiB of memory" % options.memory]
        elif cpu - spent > options.timeout * (PATIENCE if patient and len(events) < 2 else 1) or (
            now - begun > options.timeout and now - moved > IDLE
        ):
            killed = ["hang", "no answer within %d s" % (now - begun)]
        if killed:
            os.killpg(pid, signal.SIGKILL)
            return events, killed


def usage(pid):
    """Resident bytes and CPU seconds of a process."""
    try:
        with open("/proc/%d/stat" % pid) as stream:
            found = stream.read().rpartition(")")[2].split()
        return int(found[21]) * resource.getpagesize(), (int(found[11]) + int(found[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0, 0.0


# --- the jobs ---------------------------------------------------------------------------------------------------------


class Lane:
    """One process at a time: a pair of servers, started when they are first needed."""

    def __init__(self, options):
        self.options = options
        self.servers = {}
        self.home = tempfile.mkdtemp(prefix="runner-")

    def ask(self, request):
        kind = SERVERS[request["loader"]]
        server = self.servers.get(kind)
        if server is None:
            server = self.servers[kind] = self.start(kind)
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        line = server.stdout.readline()
        if not line:
            raise SystemExit("the server of %s ended: is there a TensorFlow in %s?" % (kind, sys.executable))
        return json.loads(line)

    def start(self, kind):
        more = ["--outputs"] if self.options.outputs else []
        limits = ["--timeout", str(self.options.timeout), "--memory", str(self.options.memory)]
        values = dict(os.environ)
        for name in ("PYTHONPATH", "PYTHONHOME"):
            values.pop(name, None)
        values.update(HOME=self.home, TMPDIR=self.home, TF_CPP_MIN_LOG_LEVEL="2", CUDA_VISIBLE_DEVICES="-1")
        return subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), "--server", kind] + more + limits,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            universal_newlines=True,
            cwd=self.home,
            env=values,
        )

    def close(self):
        for server in self.servers.values():
            server.stdin.close()
            server.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def result(self, job, loader):
        """What a model does under one loader; a call that kills the child does not cost the remaining calls."""
        request = {"path": job["path"], "loader": loader, "tags": job.get("tags"), "inputs": job.get("inputs")}
        result = {"id": job.get("id", job["path"]), "loader": loader}
        begun = time.monotonic()
        for _ in range(1 + RESTARTS):
            answer = self.ask(request)
            waiting = take(result, answer)
            if not waiting:
                break
            request["only"] = waiting
        for key in waiting or ():
            result["calls"][key] = {"outcome": "not-called", "message": "calls of other signatures ended the process"}
        result["seconds"] = round(time.monotonic() - begun, 2)
        return result


def take(result, answer):
    """Puts an answer into a result; returns the signatures that are still to be called."""
    killed = answer["killed"]
    death = {}
    if killed:
        death = {"how": killed[0], "type": None, "message": killed[1], "words": last_words(answer["output"])}
    said = {event["event"]: event for event in answer["events"]}
    if "started" in said:
        result["tensorflow"] = said["started"]["version"]
    if "loaded" not in said:
        if "load" not in result:
            failed = said.get("load-failed")
            why = death
            if failed:
                why = {key: failed[key] for key in ("type", "message", "traceback")}
                why["how"] = "error"
            result.update(load=dict(why, outcome="fails"), calls={})
        return []
    result.setdefault("load", {"outcome": "loads"})
    calls = result.setdefault("calls", {})
    for event in answer["events"]:
        if event["event"] == "called":
            calls[event["signature"]] = call_of(event)
    if not killed:
        return []
    started = [event["signature"] for event in answer["events"] if event["event"] == "calling"]
    if started and started[-1] not in calls:
        calls[started[-1]] = dict(death, outcome="fails", invented=True)
    return [key for key in said["loaded"]["signatures"] if key not in calls]


def call_of(event):
    if event["ok"]:
        call = {"outcome": "runs"}
        if "outputs" in event:
            call["outputs"] = event["outputs"]
        return call
    if "not_called" in event:
        return {"outcome": "not-called", "message": event["not_called"]}
    found = {"outcome": "fails", "how": "error", "type": event["type"], "message": event["message"]}
    return dict(found, invented=event["invented"])


def last_words(output):
    """The lines of a process that died which say why: a failed check, else the last ones."""
    noise = ("WARNING", "INFO", "Instructions for updating", "I0000", "W0000", "E0000")
    lines = [line for line in output.splitlines() if line.strip() and not line.startswith(noise)]
    fatal = [line for line in lines if FATAL.match(line)]
    return "\n".join(fatal[-1:] or lines[-5:])


def work(jobs, results, options):
    lane = Lane(options)
    try:
        while True:
            try:
                job, loader = jobs.get_nowait()
            except queue.Empty:
                return
            results.put(lane.result(job, loader))
    finally:
        lane.close()
        results.put(None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=1, help="loads at the same time (default 1)")
    parser.add_argument(
        "--timeout",
        type=float,
        default=20.0,
        help="seconds that a load or a call may wait, or compute",
    )
    parser.add_argument("--memory", type=float, default=6.0, help="GiB that a load may use")
    parser.add_argument("--outputs", action="store_true", help="tell the outputs of calls")
    parser.add_argument("--server", choices=("python", "native", "keras"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.server:
        serve(options.server, options)
        return
    jobs, results = queue.Queue(), queue.Queue()
    for line in sys.stdin:
        if line.strip():
            job = json.loads(line)
            for loader in job.get("loaders") or LOADERS:
                jobs.put((job, loader))
    lanes = [threading.Thread(target=work, args=(jobs, results, options)) for _ in range(max(1, options.processes))]
    for lane in lanes:
        lane.start()
    running = len(lanes)
    while running:
        result = results.get()
        if result is None:
            running -= 1
            continue
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
