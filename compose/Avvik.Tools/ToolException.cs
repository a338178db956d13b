namespace Avvik.Tools;

/// <summary>A sentence for the person at the terminal.</summary>
internal sealed class ToolException(string sentence) : Exception(sentence);
