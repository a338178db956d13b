namespace Avvik.Contracts;

/// <summary>
/// On a list of a request that holds codes and ids and no sentences: its endpoint says how long it may be, and no number begins in one of its texts and ends in
/// another. Each text by itself is refused when an identity is found in it, as any other.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class HoldsCodesAttribute : Attribute;
