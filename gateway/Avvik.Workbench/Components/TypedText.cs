namespace Avvik.Workbench.Components;

/// <summary>What people type, as the API takes it.</summary>
internal static class TypedText
{
    /// <summary>Without the spaces around it; null when there is nothing else.</summary>
    public static string? TrimToNull(this string? typed) => string.IsNullOrWhiteSpace(typed) ? null : typed.Trim();

    /// <summary>As it was typed, with one kind of line ending, whatever the browser sent.</summary>
    public static string ReplaceLineEndingsOrEmpty(this string? typed) => typed?.ReplaceLineEndings("\n").Trim() ?? "";
}
