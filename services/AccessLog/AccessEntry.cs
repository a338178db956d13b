using System.Security.Cryptography;
using System.Text;

namespace Avvik.AccessLog;

/// <summary>Who did what with whose text or identity, when, and why: one link of the chain. It never holds the text, the identity or a name.</summary>
public sealed class AccessEntry
{
    /// <summary>From 1, without gaps.</summary>
    public long Position { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Subject { get; init; }
    public required string ClientId { get; init; }
    /// <summary>All roles held, by name.</summary>
    public required string Roles { get; init; }
    public required string Organization { get; init; }
    public string? Unit { get; init; }
    /// <summary>Code of <c>accessActions</c>.</summary>
    public required string Action { get; init; }
    /// <summary>Deviations, and their cases, whose text was given: ids with a space between.</summary>
    public string? Deviations { get; init; }
    /// <summary>What an administrator changed: method and path of the call.</summary>
    public string? Target { get; init; }
    /// <summary>Code of <c>accessPurposes</c>.</summary>
    public string? Purpose { get; init; }
    /// <summary>Of this entry and the hash before it.</summary>
    public byte[] Hash { get; init; } = [];

    public IEnumerable<Guid> DeviationIds => Deviations?.Split(' ').Select(Guid.Parse) ?? [];

    /// <summary>What the hash must be after <paramref name="previous"/>: every member with its length, so that nothing can be moved between two of them.</summary>
    public byte[] HashAfter(byte[] previous)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, Encoding.UTF8))
        {
            writer.Write(previous.Length);
            writer.Write(previous);
            writer.Write(Position);
            writer.Write(At.ToUnixTimeMilliseconds());
            foreach (var member in new[] { Subject, ClientId, Roles, Organization, Unit, Action, Deviations, Target, Purpose })
            {
                writer.Write(member is not null);
                writer.Write(member ?? "");
            }
        }
        return SHA256.HashData(content.ToArray());
    }
}

/// <summary>Where the lines of a deviation are. Made from the lines, and compared with them when they are verified.</summary>
internal sealed class AccessedDeviation
{
    public Guid DeviationId { get; init; }
    public long Position { get; init; }
}

/// <summary>The end of the chain: whoever adds a link holds this row until the link is on disk, so the chain has no branches.</summary>
internal sealed class AccessHead
{
    public int Id { get; init; }
    public long Position { get; init; }
    public byte[] Hash { get; init; } = [];
}

/// <summary>What is logged (<c>accessActions</c>).</summary>
public static class AccessActions
{
    public const string DeviationRead = "deviationRead", TriageRead = "triageRead", CaseRead = "caseRead", CasesListed = "casesListed", LessonRead = "lessonRead",
        ChangesRead = "changesRead", MeasuresRead = "measuresRead", EnvelopeOpened = "envelopeOpened", EnvelopeRefused = "envelopeRefused",
        IdentityCleared = "identityCleared", FiguresRead = "figuresRead", Administration = "administration";
}
