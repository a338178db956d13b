namespace Avvik.Messaging.Operations;

/// <summary>A page of a walk over all that a service has: whoever asks goes on with <c>?after=</c> the last one, and can stop and go on at any time.</summary>
/// <param name="Count">How many something was done with.</param>
/// <param name="Next">Where to go on; null at the end.</param>
public sealed record WalkedPage(int Count, Guid? Next);
