using Avvik.Contracts;

namespace Avvik.IdentityDetection;

/// <summary>Places in a submission's text that may identify someone, which only a person can judge.</summary>
/// <param name="Pointer">JSON pointer of the text in the submission.</param>
/// <param name="Code"><c>possibleName</c>, <c>possibleBirthDate</c> or <c>possibleAddress</c>.</param>
/// <param name="Places">The places in that text.</param>
public sealed record IdentityWarning(string Pointer, string Code, IReadOnlyList<IdentityFinding> Places)
{
    private const string Site = "/respondent/site";

    /// <summary>Warnings for the texts of a submission that the other party sees. The reporter sees them too, and a coordinator must clear them.</summary>
    public static IReadOnlyList<IdentityWarning> In(string? narrative, string? immediateAction, string? suggestedMeasure, string? messageId, string? profession,
        string? unknownSite) =>
    [
        .. In("/narrative", narrative), .. In("/immediateAction", immediateAction), .. In("/suggestedMeasure", suggestedMeasure),
        .. In("/messageId", messageId), .. In("/reporter/profession", profession), .. In(Site, unknownSite),
    ];

    /// <summary>True for a text of a submission that the other party sees. Of a site that the directory knows it sees the directory's name.</summary>
    public static bool IsShared(string pointer, bool hasUnknownSite) => pointer
        is "/narrative" or "/immediateAction" or "/suggestedMeasure" or "/messageId" or "/reporter/profession" || (hasUnknownSite && pointer == Site);

    /// <summary>Warnings for one text.</summary>
    public static IEnumerable<IdentityWarning> In(string pointer, string? text) => text is null
        ? []
        : IdentityDetector.FindPossible(text).GroupBy(place => place.Kind).Select(places => new IdentityWarning(pointer, CodeOf(places.Key), [.. places]));

    /// <summary>As whoever wrote the text is told.</summary>
    public TextWarning Told(bool english) => new(Pointer, Code, Texts.Field(Code, english), [.. Places.Select(p => new TextOffset(p.Offset, p.Length))]);

    private static string CodeOf(IdentityKind kind) => kind switch
    {
        IdentityKind.PersonName => FieldCodes.PossibleName,
        IdentityKind.BirthDate => FieldCodes.PossibleBirthDate,
        _ => FieldCodes.PossibleAddress,
    };
}
