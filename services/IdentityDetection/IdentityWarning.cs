namespace Avvik.IdentityDetection;

/// <summary>Where a submission's text may identify someone, which only a person can judge.</summary>
/// <param name="Pointer">The text: a JSON pointer into the submission.</param>
/// <param name="Code"><c>possibleName</c>, <c>possibleBirthDate</c> or <c>possibleAddress</c>.</param>
/// <param name="Places">Where in it.</param>
public sealed record IdentityWarning(string Pointer, string Code, IReadOnlyList<IdentityFinding> Places)
{
    /// <summary>In the texts of a submission: the reporter is shown it, and a coordinator has to clear it.</summary>
    public static IReadOnlyList<IdentityWarning> In(string? narrative, string? immediateAction, string? suggestedMeasure) =>
        [.. In("/narrative", narrative), .. In("/immediateAction", immediateAction), .. In("/suggestedMeasure", suggestedMeasure)];

    private static IEnumerable<IdentityWarning> In(string pointer, string? text) => text is null ? [] : IdentityDetector.FindPossible(text).GroupBy(place => place.Kind).Select(of => new IdentityWarning(pointer, of.Key switch
    {
        IdentityKind.PersonName => "possibleName",
        IdentityKind.BirthDate => "possibleBirthDate",
        _ => "possibleAddress",
    }, [.. of]));
}
