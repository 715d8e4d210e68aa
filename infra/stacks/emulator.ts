/**
 * What MiniStack's CloudFormation cannot make. The context flag `emulator=true` leaves exactly these out of the stack,
 * so that everything else is deployed there as it is deployed to AWS.
 */
export const lackingOnEmulator: { readonly [type: string]: string } = {
  'AWS::Events::EventBusPolicy': 'no policies of event buses, so no other account could forward its events',
  'AWS::Chatbot::MicrosoftTeamsChannelConfiguration': 'no chat service; the topic that it listens to is there',
  'AWS::Chatbot::SlackChannelConfiguration': 'no chat service; the topic that it listens to is there',
};
