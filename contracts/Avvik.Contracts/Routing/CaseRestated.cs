namespace Avvik.Contracts.Routing;

/// <summary>
/// How a case stands, said once more by the service that holds it: nothing has happened. Statistics makes its facts anew from these; whoever follows
/// what happens never gets them.
/// </summary>
public sealed record CaseRestated : IEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <summary>The case's, which saying it again does not raise.</summary>
    public required int Version { get; init; }
    /// <summary>When it was said.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>The case; its <c>action</c> is <c>restated</c>, and its moment this one's.</summary>
    public required CaseChanged Case { get; init; }
}
