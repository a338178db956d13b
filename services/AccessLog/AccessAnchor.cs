namespace Avvik.AccessLog;

/// <summary>An earlier head of a log, kept outside the log's database.</summary>
/// <param name="Position">Position of the last line at that time.</param>
/// <param name="Hash">Its hash.</param>
public sealed record AccessAnchor(long Position, byte[] Hash);
