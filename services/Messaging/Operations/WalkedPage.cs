namespace Avvik.Messaging.Operations;

/// <summary>A page of an iteration over all rows of a service: the caller continues with <c>?after=</c> the last id, at any time.</summary>
/// <param name="Count">How many something was done with.</param>
/// <param name="Next">Where to continue; null at the end.</param>
public sealed record WalkedPage(int Count, Guid? Next);
