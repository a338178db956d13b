using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Avvik.Contracts.Reporting;

/// <summary>
/// Which person submitted a deviation, as a print: whoever has set an address for that print can be notified of the answer. Not published for machines,
/// nor for anonymous and confidential reports.
/// </summary>
public sealed record SubmitterRecorded : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <inheritdoc/>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>Organisation number of the reporting party.</summary>
    public required string Organization { get; init; }
    /// <summary><see cref="PrintOf"/> of the person.</summary>
    public required string Print { get; init; }

    /// <summary>The print of a person at a party: SHA-256 of both, base64url. No key, so who knows a person's <c>sub</c> can make it.</summary>
    public static string PrintOf(string organization, string subject) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{organization}\n{subject}")));
}
