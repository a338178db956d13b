namespace Avvik.Contracts;

/// <summary>
/// The values of a member, or of the items of a list, are the codes of a list of the vocabulary: OpenAPI's enums and the labels of answers follow from it.
/// </summary>
/// <param name="list">As in <c>vocabulary.json</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CodeAttribute(string list) : Attribute
{
    /// <summary>As in <c>vocabulary.json</c>.</summary>
    public string List => list;

    /// <summary>A code that the member can have and the list has not.</summary>
    public string? Also { get; init; }
}

/// <summary>On extension data: which of its members hold codes, and of which list.</summary>
/// <param name="members">Each as <c>member=list</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MemberCodesAttribute(params string[] members) : Attribute
{
    /// <summary>Lists of the vocabulary by member.</summary>
    public IReadOnlyDictionary<string, string> Lists { get; } =
        members.Select(m => m.Split('=')).ToDictionary(m => m[0], m => m[1], StringComparer.Ordinal);
}
