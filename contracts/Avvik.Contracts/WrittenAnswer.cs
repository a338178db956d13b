using System.Text.Json.Serialization;

namespace Avvik.Contracts;

/// <summary>The answer to something that a person wrote.</summary>
public record WrittenAnswer
{
    /// <summary>
    /// What was accepted and should be looked at, in the texts of the request: it may identify someone. Null when nothing should, and when nothing was written.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TextWarning>? Warnings { get; set; }
}

/// <summary>Something in a text that the writer should look at: it may identify someone, or is not known.</summary>
/// <param name="Pointer">The text: a JSON pointer into the request.</param>
/// <param name="Code"><c>possibleName</c>, <c>possibleBirthDate</c>, <c>possibleAddress</c>, or <c>unknownSite</c> for a place that the directory does not
/// know.</param>
/// <param name="Message">In words.</param>
/// <param name="Offsets">Where in the text; none for the whole of it.</param>
public sealed record TextWarning(string Pointer, string Code, string Message, IReadOnlyList<TextOffset> Offsets);

/// <summary>A piece of a text.</summary>
/// <param name="Offset">First UTF-16 code unit.</param>
/// <param name="Length">Number of UTF-16 code units.</param>
public sealed record TextOffset(int Offset, int Length);
