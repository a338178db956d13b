namespace Avvik.AccessLog;

/// <summary>What the head of a log was once, kept where the log's database does not reach.</summary>
/// <param name="Position">Of the last entry then.</param>
/// <param name="Hash">Its hash.</param>
public sealed record AccessAnchor(long Position, byte[] Hash);
