"""What touches the host, when, and by which loader: one small model for each technique."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inspector.model.saved_model import open_model
from inspector.topology.host_access import Access, host_access
from inspector.topology.origins import ASSET, CONST, INPUT, Origin
from tests.building import build

GOLDEN = Path(__file__).parents[2] / "golden" / "models"
ALL = ("tf2", "tf1", "serving")
SESSION = ("tf1", "serving")

SERVE = "signature serving_default (x: string[] = x:0) -> (y: string[] = y:0)\n"
WRITE = """
function evil stateful (x: string) -> (y: string = x) ^(write = write)
  path = Const() {dtype: string, value: string[] <"/somewhere/written">}
  write = WriteFile(path:output:0, x)
"""
CALLS = "  y = StatefulPartitionedCall(x) {Tin: [string], Tout: [string], f: @%s}\n"
X = "graph\n  x = Placeholder() {dtype: string, shape: []}\n"
RESOURCE = """
object 0 user_object _generic_user_object children=[table: 1, signatures: 4]
object 1 resource children=[_create_resource: 2, %s]
object 2 function concrete=[creator]
object 3 function concrete=[evil_initializer]
object 4 user_object signature_map
concrete_function creator bound_inputs=[]
concrete_function evil_initializer bound_inputs=[]
function creator stateful () -> (t: resource = t:table_handle:0)
  t = HashTableV2() {key_dtype: string, value_dtype: int64}
function evil_initializer stateful () -> (y: int32 = one:output:0) ^(write = write)
  one = Const() {dtype: int32, value: int32[] <1>}
  path = Const() {dtype: string, value: string[] <"/somewhere/written">}
  write = WriteFile(path:output:0, path:output:0)
"""
TABLE = """
  table = HashTableV2() {key_dtype: string, value_dtype: int64}
  fill = InitializeTableFromTextFileV2(table, %s) {key_index: -2, value_index: -1}
  init = NoOp(^fill)
"""


def access_of(text: str, folder: Path) -> list[Access]:
    return host_access(open_model(build(text, folder / "model")), {})


def by_op(text: str, folder: Path) -> dict[str, Access]:
    return {access.op: access for access in access_of(text, folder)}


@pytest.mark.parametrize("name", sorted(os.listdir(GOLDEN)))
def test_models_of_every_day_touch_nothing(name: str) -> None:
    """Savers, tables filled from the model's own assets, prints: none of them is an access."""
    assert host_access(open_model(GOLDEN / name), {}) == []


def test_a_write_in_a_function_that_a_signature_calls(tmp_path: Path) -> None:
    access = by_op(SERVE + X + CALLS % "evil" + WRITE, tmp_path)["WriteFile"]
    assert access.at_load == ()
    assert access.at_call == dict.fromkeys(ALL, ("serving_default",))
    assert access.paths == (Origin(CONST, "/somewhere/written"),)
    assert access.function == "evil"


def test_a_function_that_nothing_calls_is_no_access(tmp_path: Path) -> None:
    assert access_of(SERVE + X + "  y = Identity(x) {T: string}\n" + WRITE, tmp_path) == []


@pytest.mark.parametrize("child", ["_initialize: 3", "_initialize: -2", "_destroy_resource: 3"])
def test_what_a_resource_runs_is_run_by_the_load(tmp_path: Path, child: str) -> None:
    """A negative child id counts from the end, as in Python."""
    access = by_op(X + RESOURCE % child, tmp_path)["WriteFile"]
    assert access.at_load == ("tf2",)


def test_an_init_op_is_run_by_the_loaders_of_the_main_graph(tmp_path: Path) -> None:
    graph = X + '  path = Const() {dtype: string, value: string[] <"/somewhere">}\n  init = NoOp(^save)\n'
    save = """
  names = Const() {dtype: string, value: string[1] <"a">}
  slices = Const() {dtype: string, value: string[1] <"">}
  save = SaveV2(path, names, slices, x) {dtypes: [string]}
"""
    for line in ("init_op init\n", "collection legacy_init_op nodes [init]\n"):
        access = by_op(line + graph + save, tmp_path / line[:5])["SaveV2"]
        assert sorted(access.at_load) == sorted(ALL)
        assert access.paths == (Origin(CONST, "/somewhere"),)


def test_the_init_op_is_the_output_of_its_own_name(tmp_path: Path) -> None:
    """Other outputs of the init signature do not hide it."""
    signature = "signature __saved_model_init_op () -> (a: string[] = x:0, __saved_model_init_op: string[] = evil:0)\n"
    evil = "  evil = StatefulPartitionedCall(x) {Tin: [string], Tout: [string], f: @evil}\n"
    assert sorted(by_op(signature + X + evil + WRITE, tmp_path)["WriteFile"].at_load) == sorted(ALL)


def test_prints_and_debug_ops_are_accesses_only_where_they_name_a_file(tmp_path: Path) -> None:
    graph = X + '  y = Identity(x, ^print) {T: string}\n  print = PrintV2(x) {output_stream: "%s"}\n'
    assert access_of(SERVE + graph % "stderr", tmp_path / "stderr") == []
    access = by_op(SERVE + graph % "file:///somewhere", tmp_path / "file")["PrintV2"]
    assert access.paths == (Origin(CONST, "file:///somewhere"),)
    debug = X + '  y = DebugIdentityV2(x) {T: string, debug_urls: ["file:///somewhere"]}\n'
    assert "DebugIdentityV2" in by_op(SERVE + debug, tmp_path / "debug")


def test_reading_a_path_from_the_request(tmp_path: Path) -> None:
    access = by_op(SERVE + X + "  y = ReadFile(x)\n", tmp_path)["ReadFile"]
    assert access.paths == (Origin(INPUT),)


def test_listing_nested_graphs_deleting_and_servers(tmp_path: Path) -> None:
    graph = (
        X
        + """
  files = MatchingFiles(x)
  nested = DatasetFromGraph(x)
  list = Pack(x) {N: 1, T: string, axis: 0}
  merge = MergeV2Checkpoints(list, x)
  server = RpcServer(x)
  y = Identity(x, ^files, ^nested, ^merge, ^server) {T: string}
"""
    )
    found = by_op(SERVE + graph, tmp_path)
    assert set(found) == {"MatchingFiles", "DatasetFromGraph", "MergeV2Checkpoints", "RpcServer"}
    assert found["MergeV2Checkpoints"].capability == "writes and deletes files"


def test_a_write_in_the_restore_function(tmp_path: Path) -> None:
    """tf.saved_model.load does not run it in a V2 model; the others do."""
    text = "saver filename=x:0 restore=y\n" + X + CALLS % "evil" + WRITE
    assert sorted(by_op(text, tmp_path / "v1")["WriteFile"].at_load) == sorted(ALL)
    v2 = text + "object 0 user_object _generic_user_object\n"
    assert sorted(by_op(v2, tmp_path / "v2")["WriteFile"].at_load) == sorted(SESSION)


def test_a_restore_from_a_constant_path(tmp_path: Path) -> None:
    restore = """
  names = Const() {dtype: string, value: string[1] <"a">}
  slices = Const() {dtype: string, value: string[1] <"">}
  path = Const() {dtype: string, value: string[] <"/elsewhere/variables">}
  values = RestoreV2(%s, names, slices) {dtypes: [string]}
  restore = NoOp(^values)
"""
    saver = "saver filename=x:0 restore=restore\n"
    assert access_of(saver + X + restore % "x", tmp_path / "own") == []
    assert "RestoreV2" in by_op(saver + X + restore % "path", tmp_path / "other")


def test_tables_from_assets(tmp_path: Path) -> None:
    """An asset of the model is fine; one outside its folder, a constant path or a linked file is none of its own."""
    graph = 'graph\n  path = Const() {dtype: string, value: string[] <"vocab.txt">}\n' + TABLE % "path"
    assert access_of("init_op init\nasset vocab.txt = path:0\n" + graph, tmp_path / "own") == []
    access = by_op("init_op init\nasset ../../../other.txt = path:0\n" + graph, tmp_path / "outside")
    assert Origin(ASSET, "../../../other.txt") in access["InitializeTableFromTextFileV2"].paths
    access = by_op("init_op init\n" + graph, tmp_path / "constant")
    assert access["InitializeTableFromTextFileV2"].paths == (Origin(CONST, "vocab.txt"),)

    secret = tmp_path / "secret.txt"
    secret.write_text("secret\n")
    folder = build("init_op init\nasset vocab.txt = path:0\n" + graph, tmp_path / "linked")
    os.remove(f"{folder}/assets/vocab.txt")
    os.symlink(secret, f"{folder}/assets/vocab.txt")
    assert [access.op for access in host_access(open_model(folder), {})] == ["InitializeTableFromTextFileV2"]


def test_files_of_a_hub_are_links_into_one_folder(tmp_path: Path) -> None:
    """A model whose every file is a link into a folder of blobs is as good as one without links."""
    graph = 'graph\n  path = Const() {dtype: string, value: string[] <"vocab.txt">}\n' + TABLE % "path"
    folder = Path(build("init_op init\nasset vocab.txt = path:0\n" + graph, tmp_path / "snapshot"))
    blobs = tmp_path / "blobs"
    blobs.mkdir()
    for number, file in enumerate((folder / "saved_model.pb", folder / "assets" / "vocab.txt")):
        file.rename(blobs / str(number))
        file.symlink_to(blobs / str(number))
    assert host_access(open_model(folder), {}) == []


def test_an_asset_beside_a_constant_path_does_not_excuse_it(tmp_path: Path) -> None:
    fill = """
function fills stateful (own: string, path: string, table: resource) -> (y: string = own) ^(fill = fill)
  fill = InitializeTableFromTextFileV2(table, %s) {key_index: -2, value_index: -1}
"""
    graph = """graph
  own = Const() {dtype: string, value: string[] <"vocab.txt">}
  path = Const() {dtype: string, value: string[] <"/etc/hostname">}
  table = HashTableV2() {key_dtype: string, value_dtype: int64}
  call = StatefulPartitionedCall(own, path, table) {Tin: [string, string, resource], Tout: [string], f: @fills}
  init = NoOp(^call)
"""
    head = "init_op init\nasset vocab.txt = own:0\n"
    assert access_of(head + graph + fill % "own", tmp_path / "own") == []
    assert "InitializeTableFromTextFileV2" in by_op(head + graph + fill % "path", tmp_path / "path")


def test_feeding_one_output_of_a_node_still_runs_the_node(tmp_path: Path) -> None:
    """Nor does feeding a tensor cut what waits for its node by a control edge."""
    graph = """graph
  path = Const() {dtype: string, value: string[] <"/somewhere/written">}
  write = WriteFile(path, path)
  two = IdentityN(path, path, ^write) {T: [string, string]}
  y = Identity(two) {T: string}
  z = Identity(path, ^two) {T: string}
"""
    for output in ("y", "z"):
        signature = f"signature serving_default (x: string[] = two:1) -> (y: string[] = {output}:0)\n"
        assert "WriteFile" in by_op(signature + graph, tmp_path / output)


def test_what_grappler_may_run_in_place_of_a_function(tmp_path: Path) -> None:
    harmless = 'function good stateful (x: string) -> (y: string = x) {api_implements: "one"}\n'
    evil = WRITE.replace("^(write = write)", '^(write = write) {api_implements: "one"}')
    assert "WriteFile" in by_op(SERVE + X + CALLS % "good" + harmless + evil, tmp_path)


def test_functions_among_the_attrs_of_a_function(tmp_path: Path) -> None:
    outer = "function outer stateful (x: string) -> (y: string = x)\n"
    assert "WriteFile" in by_op(SERVE + X + CALLS % "outer{g: @evil}" + outer + WRITE, tmp_path)
