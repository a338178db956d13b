namespace Avvik.Contracts;

/// <summary>On a member of a request that is meant to hold an identity. Every other text is refused when one is found in it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class HoldsIdentityAttribute : Attribute;

/// <summary>Meant to hold a person's name: searched for numbers like every text, and a name in it is not warned of.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class HoldsNameAttribute : Attribute;
