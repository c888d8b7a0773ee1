"""What an op can do to the host that runs it: files, databases, network, native code, graphs inside tensors.

A capability belongs to an op with its attrs and inputs, not to a name alone; ``inspector.topology.host_access`` looks at
those. Ops that only print, assert, queue or decode are not here. Derived from the op registry of TensorFlow 2.21 (input
and attr names, stateful and distributed flags) and manual review.
"""

from __future__ import annotations

READS_FILES = "reads files"
LISTS_FILES = "lists files"
WRITES_FILES = "writes files"
DELETES_FILES = "writes and deletes files"
CONFIGURES_FILES = "changes the file system's configuration"
DATABASE = "opens a database"
NETWORK = "uses the network"
NATIVE_CODE = "runs an embedded program"
NESTED_GRAPH = "runs a graph that is stored in a tensor"
STOPS_PROCESS = "stops the process"

_OPS = {
    READS_FILES: """
        ReadFile WholeFileReader WholeFileReaderV2 TextLineReader TextLineReaderV2 FixedLengthRecordReader
        FixedLengthRecordReaderV2 TFRecordReader TFRecordReaderV2 IdentityReader IdentityReaderV2 ReaderRead ReaderReadV2
        ReaderReadUpTo ReaderReadUpToV2 TextLineDataset FixedLengthRecordDataset FixedLengthRecordDatasetV2
        TFRecordDataset TFRecordDatasetV2 CSVDataset CSVDatasetV2 ExperimentalCSVDataset RecordInput
        InitializeTableFromTextFile InitializeTableFromTextFileV2 FixedUnigramCandidateSampler GenerateVocabRemapping
        Skipgram Restore RestoreSlice RestoreV2 DTensorRestoreV2 LoadAndRemapMatrix LoadDataset SnapshotDatasetReader
        SnapshotNestedDatasetReader SnapshotChunkDataset ListSnapshotChunksDataset DecodeProtoV2 EncodeProto""",
    LISTS_FILES: "MatchingFiles MatchingFilesDataset ExperimentalMatchingFilesDataset",
    WRITES_FILES: """
        WriteFile Save SaveV2 SaveSlices SaveDataset SaveDatasetV2 DistributedSave DatasetToTFRecord
        ExperimentalDatasetToTFRecord CacheDataset CacheDatasetV2 SnapshotDataset SnapshotDatasetV2 PrintV2 DumpTensor
        CalibrationStatisticsSaver CreateSummaryFileWriter WriteSummary WriteRawProtoSummary WriteScalarSummary
        WriteHistogramSummary WriteImageSummary WriteAudioSummary WriteGraphSummary FlushSummaryWriter
        CloseSummaryWriter SummaryWriter StatsAggregatorSetSummaryWriter DebugIdentity DebugIdentityV2 DebugIdentityV3
        DebugNanCount DebugNumericSummary""",
    DELETES_FILES: "MergeV2Checkpoints",
    CONFIGURES_FILES: "FileSystemSetConfiguration",
    DATABASE: """
        SqlDataset ExperimentalSqlDataset CreateSummaryDbWriter LMDBDataset ExperimentalLMDBDataset LMDBReader""",
    NETWORK: """
        RpcServer RpcServerStart RpcServerRegister RpcClient RpcCall RpcCheckStatus RpcGetValue DeleteRpcFutureResource
        Rpc TryRpc DataServiceDataset DataServiceDatasetV2 DataServiceDatasetV3 DataServiceDatasetV4 RegisterDataset
        RegisterDatasetV2 ConfigureDistributedTPU _ConfigureDistributedTPU RemoteCall Send Recv _Send _Recv _HostSend
        _HostRecv CollectiveInitializeCommunicator BigQueryReader GcsConfigureBlockCache GcsConfigureCredentials""",
    NATIVE_CODE: """
        XlaCallModule XlaCustomCall XlaCustomCallV2 MlirPassthroughOp _TPUCompileMlir _XlaHostComputeMlir
        TRTEngineOp""",
    NESTED_GRAPH: "DatasetFromGraph DeserializeIterator",
    STOPS_PROCESS: "Abort",
}

CAPABILITIES: dict[str, str] = {op: what for what, ops in _OPS.items() for op in ops.split()}

# Ops whose attr decides: the op, the attr, and how its value must begin for the capability to be there.
WHEN_ATTR = {
    "PrintV2": ("output_stream", b"file://"),
    "DebugIdentity": ("debug_urls", b""),
    "DebugIdentityV2": ("debug_urls", b""),
    "DebugIdentityV3": ("debug_urls", b""),
    "DebugNanCount": ("debug_urls", b""),
    "DebugNumericSummary": ("debug_urls", b""),
    "Skipgram": ("filename", b""),
    "FixedUnigramCandidateSampler": ("vocab_file", b""),
}

# DecodeProtoV2 and EncodeProto read a file unless their descriptor source is one of these.
DESCRIPTOR_IN_PLACE = (b"local://", b"bytes://")
