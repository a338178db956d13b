namespace Avvik.Contracts;

/// <summary>The values of a member, or of the items of a list, are the codes of a list of the vocabulary; OpenAPI gets them from here.</summary>
/// <param name="list">As in <c>vocabulary.json</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CodeAttribute(string list) : Attribute
{
    /// <summary>As in <c>vocabulary.json</c>.</summary>
    public string List => list;
}
